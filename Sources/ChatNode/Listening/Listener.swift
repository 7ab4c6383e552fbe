import Glibc
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// An address cannot be listened on.
package struct ListenFailure: Error {
    /// The address, as in a URL.
    package let address: String
    /// The system's reason.
    package let reason: any Error

    /// The reason, for an operator.
    package var text: String {
        switch self.reason {
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case let fault as SocketFile.Fault: "\(fault)"
        default: "the host cannot be resolved"
        }
    }
}

/// The listening sockets as a service: each accepted connection gets its handler, and nothing else.
struct Listener: Service {
    /// The most connections that wait in the kernel to be accepted.
    private static let backlog: CInt = 4096

    let address: (host: String, port: Int)
    /// Where it listens besides; nil: nowhere.
    let socketFile: SocketFile?
    let group: MultiThreadedEventLoopGroup
    let intake: ConnectionIntake
    /// The time for which it still accepts connections when the node ends.
    let drainDelay: Duration
    let logger: Logger
    let onRunning: @Sendable (Int) async -> Void

    /// Listens until the surrounding service group shuts down.
    ///
    /// Then it accepts nobody, after the delay, and returns when no connection is pending any more. WebSockets belong to
    /// their shards.
    func run() async throws {
        let channel = try await self.bind()
        let besides: (any Channel)?
        do { besides = try await self.bindSocketFile() } catch {
            try? await channel.close()
            throw error
        }
        let (ends, end) = AsyncStream<Void>.makeStream()
        self.intake.open()
        await withGracefulShutdownHandler {
            await self.onRunning(channel.localAddress?.port ?? 0)
            // It ends on shutdown, and on cancellation.
            for await _ in ends {}
        } onGracefulShutdown: {
            end.finish()
        }
        // Balancers see meanwhile that the node is not ready; a shutdown that takes too long cuts it short.
        try? await Task.sleep(for: self.drainDelay)
        try? await channel.close()
        // With the channel goes its file.
        try? await besides?.close()
        await self.intake.close()
    }

    private func bind() async throws -> any Channel {
        let bootstrap = self.bootstrap.serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        // Where no interface has IPv6, as in a container, a resolver finds no address of it, not even `::`, which is a number.
        if let number = try? SocketAddress(ipAddress: self.address.host, port: self.address.port) {
            return try await bootstrap.bind(to: number).get()
        }
        return try await bootstrap.bind(host: self.address.host, port: self.address.port).get()
    }

    /// - Throws: ``ListenFailure``.
    private func bindSocketFile() async throws -> (any Channel)? {
        guard let socketFile else { return nil }
        do {
            try socketFile.clear()
            return try await self.bootstrap.bind(unixDomainSocketPath: socketFile.path).get()
        } catch {
            throw ListenFailure(address: "\(socketFile)", reason: error)
        }
    }

    private var bootstrap: ServerBootstrap {
        let intake = self.intake
        let logger = self.logger
        return ServerBootstrap(group: self.group)
            .serverChannelOption(.backlog, value: Self.backlog)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptErrorHandler(logger: logger))
                }
            }
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try intake.receive(channel) }
            }
    }
}
