internal import ChatWebSocket
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// A connection on which messages can be exchanged.
typealias Link = NIOAsyncChannel<Inbound, Outbound>

/// Makes connections to one server.
struct LinkConnector: Sendable {
    private static let connectTimeout: TimeAmount = .seconds(10)
    /// Held while handlers are made.
    ///
    /// Two threads that need a nested generic type for the first time at the same moment may find it half made, and crash
    /// in the Swift runtime (seen with 6.3, in one of a hundred runs with many clients: `swift_checkMetadataState`).
    private static let making = Mutex(())

    let server: ServerAddress
    private let tls: NIOSSLContext?

    /// Reads what has to be read but once.
    ///
    /// - Throws: ``ClientError`` with the code `invalid` when the certificate authorities cannot be read.
    init(_ configuration: ChatClient.Configuration) throws(ClientError) {
        self.server = configuration.server
        guard configuration.server.isSecure else {
            self.tls = nil
            return
        }
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.applicationProtocols = ["http/1.1"]
        if let file = configuration.trustedAuthorities { tls.trustRoots = .file(file) }
        do { self.tls = try NIOSSLContext(configuration: tls) } catch {
            throw .invalid("the certificate authorities cannot be read")
        }
    }

    /// Connects and shakes hands; cancelling the task closes whatever there is.
    ///
    /// - Throws: ``ConnectionFailure``.
    func connect() async throws(ConnectionFailure) -> Link { try await self.connect(self.configure) }

    /// Connects, and waits for what comes of the connection.
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
                let result = try await ClientBootstrap(group: NIOSingletons.posixEventLoopGroup)
                    .connectTimeout(Self.connectTimeout)
                    .channelOption(.socketOption(.so_keepalive), value: 1)
                    .channelOption(.tcpOption(.tcp_nodelay), value: 1)
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
            throw ConnectionFailure("\(self.server.authority): \(Self.reason(error))")
        }
    }

    /// Encrypts what the server's address says is encrypted.
    func secure(_ channel: any Channel) throws {
        guard let tls else { return }
        // An IP address is not sent as a name (RFC 6066, section 3); the certificate is checked against it anyway.
        let isAddress = (try? SocketAddress(ipAddress: self.server.host, port: 0)) != nil
        let name = isAddress ? nil : self.server.host
        try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name))
    }

    private func configure(_ channel: any Channel) throws -> EventLoopFuture<Link> {
        let pipeline = channel.pipeline.syncOperations
        try self.secure(channel)
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
        try pipeline.addHandlers([encoder, decoder, watcher, upgrade])
        return upgrade.upgradeResultFuture
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            if error.dnsAError != nil || error.dnsAAAAError != nil, error.connectionErrors.isEmpty {
                return "there is no such host"
            }
            return error.connectionErrors.first.map { Self.reason($0.error) } ?? "cannot connect"
        case let error as IOError: return String(cString: strerror(error.errnoCode))
        case ChannelError.connectTimeout: return "the connection timed out"
        case is NIOSSLError, is BoringSSLError: return "the encrypted connection failed: \(error)"
        default: return "\(error)"
        }
    }
}

/// A connection that is being made, so that it can be given up: a NIO channel knows nothing of cancelled tasks.
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
