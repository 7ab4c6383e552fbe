import Foundation

/// The resources of the system that a node needs to start; the libraries below assume them, and trap without them.
enum SystemResources {
    /// Files that an event loop needs: its selector, and its wake-up descriptor.
    private static let filesPerLoop = 3
    /// Other files that a node needs: sockets to listen on and to Redis, signals, a file of the page, one connection.
    private static let otherFiles = 16

    /// Other threads that a node needs: those that run tasks, look up hosts and read files.
    private static let otherThreads = 8

    /// The reason why a node with this number of event loops cannot start, as one line; nil when it can.
    static func shortage(threads: Int) -> String? {
        self.shortageOfFiles(threads: threads) ?? self.shortageOfThreads(threads: threads)
    }

    /// Files are opened and closed again: this test includes all other open files, and every limit of the system.
    private static func shortageOfFiles(threads: Int) -> String? {
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

    /// Threads are started and ended again: a limit may be the user's, the container's or the machine's.
    private static func shortageOfThreads(threads: Int) -> String? {
        let needed = threads + Self.otherThreads
        var gate: (reading: CInt, writing: CInt) = (-1, -1)
        let isOpen = withUnsafeMutablePointer(to: &gate) { gate in
            gate.withMemoryRebound(to: CInt.self, capacity: 2) { pipe($0) == 0 }
        }
        guard isOpen else { return nil }
        var started: [pthread_t] = []
        // The threads wait for the pipe until it is closed.
        defer {
            close(gate.writing)
            for thread in started { pthread_join(thread, nil) }
            close(gate.reading)
        }
        while started.count < needed {
            var thread = pthread_t()
            let status = pthread_create(
                &thread,
                nil,
                { argument in
                    var byte: UInt8 = 0
                    _ = read(CInt(Int(bitPattern: argument) - 1), &byte, 1)
                    return nil
                },
                // Not a pointer, but a number: the file's, which may be 0.
                UnsafeMutableRawPointer(bitPattern: Int(gate.reading) + 1)
            )
            guard status == 0 else {
                return "\(threads) event loops need \(needed) threads, and the system allows \(started.count) more "
                    + "(\(String(cString: strerror(status))); ulimit -u, --threads)"
            }
            started.append(thread)
        }
        return nil
    }

    /// The memory that the process may use, in bytes: the machine's, or less where a control group says so.
    static var memory: Int {
        let machine = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        // Control groups, versions 2 and 1; one without a limit says "max", or a number beyond the machine's.
        let files = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
        let limits = files.compactMap { file in
            (try? String(contentsOfFile: file, encoding: .utf8)).flatMap {
                Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
            }
        }
        return max(64 << 20, limits.reduce(machine) { min($0, max($1, 0)) })
    }

    /// The wildcard address: of both families if there is IPv6.
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
