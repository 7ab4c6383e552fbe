internal import ChatWebSocket
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// A WebSocket on which messages can be exchanged.
typealias LinkChannel = NIOAsyncChannel<Inbound, Outbound>

/// Makes connections to one server.
struct LinkConnector: Sendable {
    /// Held while handlers are made.
    ///
    /// Two threads that need a nested generic type for the first time at the same moment may find it incomplete, and
    /// crash in the Swift runtime (seen with 6.3, in one of a hundred runs with many clients:
    /// `swift_checkMetadataState`).
    private static let making = Mutex(())

    let server: ServerAddress
    let connector: ChannelBootstrap

    /// Reads the certificate authorities, once for all connections.
    ///
    /// - Parameters:
    ///   - server: The address of the server.
    ///   - trustedAuthorities: A PEM file of certificate authorities; nil: the system's.
    /// - Throws: ``ClientError`` with the code `invalid` when the certificate authorities cannot be read.
    init(_ server: ServerAddress, trustedAuthorities: String?) throws(ClientError) {
        self.server = server
        self.connector = try ChannelBootstrap(server, trustedAuthorities: trustedAuthorities)
    }

    /// Connects by a WebSocket; where only that is refused, by what stands in for one.
    ///
    /// - Throws: ``ConnectionFailure``.
    func link() async throws(ConnectionFailure) -> any Link {
        do throws(ConnectionFailure) { return WebSocketLink(try await self.webSocket()) } catch {
            guard error.isOfUpgrade else { throw error }
            return StreamLink(self, inPlaceOf: error)
        }
    }

    /// Connects and makes the handshake; cancelling the task closes the connection.
    ///
    /// - Throws: ``ConnectionFailure``.
    func webSocket() async throws(ConnectionFailure) -> LinkChannel { try await self.connect(self.configure) }

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
                let result = try await self.connector.bootstrap(on: NIOSingletons.posixEventLoopGroup)
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

    private func configure(_ channel: any Channel) throws -> EventLoopFuture<LinkChannel> {
        try self.connector.addTLS(to: channel)
        let encoder = HTTPRequestEncoder()
        let decoder = ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes))
        let watcher = HandshakeWatcher()
        let head = HTTPRequestHead(
            version: .http1_1,
            method: .GET,
            uri: self.server.path,
            headers: ["Host": self.server.authority, "User-Agent": "ChatClient"]
        )
        let upgrade = NIOTypedHTTPClientUpgradeHandler(
            httpHandlers: [encoder, decoder, watcher],
            upgradeConfiguration: .init(
                upgradeRequestHead: head,
                upgraders: [LinkUpgrader()],
                notUpgradingCompletionHandler: { channel in
                    channel.eventLoop.makeFailedFuture(ConnectionFailure("this is no chat.v1 server", status: 426))
                }
            )
        )
        try channel.pipeline.syncOperations.addHandlers([encoder, decoder, watcher, upgrade])
        return upgrade.upgradeResultFuture
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
