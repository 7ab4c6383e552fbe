import Foundation

/// What the system must have for a node to begin; the libraries below take it for granted, and trap without it.
enum SystemResources {
    /// Files that an event loop needs: its selector, and what wakes it.
    private static let filesPerLoop = 3
    /// Files that a node needs beside: sockets to listen on and to Redis, signals, a file of the page, one connection.
    private static let otherFiles = 16

    /// Why a node with so many event loops cannot begin, as one line; nil when it can.
    ///
    /// The files are opened and closed again: what else is open, and every limit of the system, counts by that.
    static func shortage(threads: Int) -> String? {
        let needed = threads * Self.filesPerLoop + Self.otherFiles
        var opened: [CInt] = []
        defer { for descriptor in opened { close(descriptor) } }
        while opened.count < needed {
            let descriptor = open("/", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                let reason = String(cString: strerror(errno))
                return "\(threads) event loops need \(needed) open files, and the system allows \(opened.count) more "
                    + "(\(reason); ulimit -n, --threads)"
            }
            opened.append(descriptor)
        }
        return nil
    }

    /// The address that stands for all of the machine: of both families where there is IPv6.
    static var anyAddress: String {
        let descriptor = socket(AF_INET6, CInt(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return "0.0.0.0" }
        defer { close(descriptor) }
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0
            }
        }
        return isBound ? "::" : "0.0.0.0"
    }
}
