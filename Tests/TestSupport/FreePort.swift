internal import Foundation
internal import Synchronization

/// Ports for programs that a test starts, and which therefore cannot be asked for the port that the system gave them.
package enum FreePort {
    /// No port was free.
    package struct NoneFree: Error {}

    /// Below the ports that the system gives to outgoing connections, any of which could take one that was just found
    /// free; and each given out once, since tests run beside each other.
    private static let next = Mutex(Int.random(in: 12_000..<30_000))

    /// What keeps the ports that were found; a system may give a process no more than a thousand descriptors.
    private static let claims = Mutex<[CInt]>([])
    private static let maximumClaims = 256

    /// Finds a port at which nobody listens, and keeps it until so many others were found that its server has long begun.
    ///
    /// - Throws: ``NoneFree`` after a hundred that are taken.
    package static func find() throws -> Int {
        for _ in 0..<100 {
            let port = self.next.withLock { next in
                next += 1
                return next
            }
            if self.claim(port) { return port }
        }
        throw NoneFree()
    }

    /// Takes a port for a server that a test is about to start.
    ///
    /// The socket stays open and does not listen: any program that starts has all descriptors of the tests for a moment,
    /// and one that listened would hold the port as long as that, though it was closed here. It lets others have the
    /// address only once it has it: a server, which takes an address that may be shared, can listen there, and who looks
    /// for a free port cannot have this one.
    ///
    /// - Returns: Whether nobody had it.
    package static func claim(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        let isBound = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isBound else {
            close(descriptor)
            return false
        }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        self.claims.withLock { claims in
            claims.append(descriptor)
            if claims.count > self.maximumClaims { close(claims.removeFirst()) }
        }
        return true
    }
}
