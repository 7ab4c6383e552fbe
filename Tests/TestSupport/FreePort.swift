import NIOCore
import NIOPosix
import Synchronization

/// Ports for programs that a test starts, and which therefore cannot be asked for the port that the system gave them.
package enum FreePort {
    /// No port was free.
    package struct NoneFree: Error {}

    /// Below the ports that the system gives to outgoing connections, any of which could take one that was just found
    /// free; and each given out once, since tests run beside each other.
    private static let next = Mutex(Int.random(in: 12_000..<30_000))

    /// Finds a port on which nobody listens.
    ///
    /// - Throws: ``NoneFree`` after a hundred that are taken.
    package static func find() async throws -> Int {
        for _ in 0..<100 {
            let port = self.next.withLock { next in
                next += 1
                return next
            }
            let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            guard let channel = try? await bootstrap.bind(host: "127.0.0.1", port: port).get() else { continue }
            try await channel.close()
            return port
        }
        throw NoneFree()
    }
}
