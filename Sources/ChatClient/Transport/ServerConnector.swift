internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Makes connections to one server.
struct ServerConnector: Sendable {
    /// Held while handlers are made.
    ///
    /// Two threads that need a nested generic type for the first time at the same moment may find it incomplete, and
    /// crash in the Swift runtime (seen with 6.3, in one of a hundred runs with many clients:
    /// `swift_checkMetadataState`).
    private static let making = Mutex(())

    let server: ServerAddress
    let bootstrap: ChannelBootstrap

    /// Reads the certificate authorities, once for all connections.
    ///
    /// - Parameters:
    ///   - server: The address of the server.
    ///   - trustedAuthorities: A PEM file of certificate authorities; nil: the system's.
    /// - Throws: ``ClientError`` with the code `invalid` when the certificate authorities cannot be read.
    init(_ server: ServerAddress, trustedAuthorities: String?) throws(ClientError) {
        self.server = server
        self.bootstrap = try ChannelBootstrap(server, trustedAuthorities: trustedAuthorities)
    }

    /// Connects, and waits for the result.
    ///
    /// - Parameter configure: Makes the pipeline, and promises the result.
    /// - Returns: The result.
    /// - Throws: ``ConnectionFailure``.
    func connect<Result: Sendable>(
        _ configure: @escaping @Sendable (any Channel) throws -> EventLoopFuture<Result>
    ) async throws(ConnectionFailure) -> Result {
        let attempt = Attempt()
        do {
            return try await withTaskCancellationHandler {
                let result = try await self.bootstrap.bootstrap(on: NIOSingletons.posixEventLoopGroup)
                    .channelInitializer { channel in
                        attempt.adopt(channel)
                        return channel.eventLoop.makeSucceededVoidFuture()
                    }
                    .connect(host: self.server.host, port: self.server.port) { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try Self.making.withLock { _ in try configure(channel) }
                        }
                    }
                return try await result.get()
            } onCancel: {
                attempt.cancel()
            }
        } catch let failure as ConnectionFailure {
            attempt.cancel()
            throw failure
        } catch {
            attempt.cancel()
            throw ConnectionFailure(ChannelBootstrap.reason(error), at: self.server.authority)
        }
    }
}

/// A connection that is being made and can be given up: a NIO channel knows nothing of cancelled tasks.
private final class Attempt: Sendable {
    private struct State {
        var channels: [any Channel] = []
        var isCancelled = false
    }

    private let state = Mutex(State())

    func adopt(_ channel: any Channel) {
        let isCancelled = self.state.withLock { state in
            state.channels.append(channel)
            return state.isCancelled
        }
        if isCancelled { channel.close(promise: nil) }
    }

    func cancel() {
        let channels = self.state.withLock { state in
            state.isCancelled = true
            defer { state.channels = [] }
            return state.channels
        }
        for channel in channels { channel.close(promise: nil) }
    }
}
