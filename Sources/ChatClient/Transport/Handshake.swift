internal import ChatCore
internal import ChatWebSocket
internal import NIOCore
internal import NIOHTTP1
internal import NIOWebSocket

/// A WebSocket on which messages can be exchanged.
typealias LinkChannel = NIOAsyncChannel<Inbound, Outbound>

extension ServerConnector {
    /// Connects and makes the handshake; cancelling the task closes the connection.
    ///
    /// - Throws: ``ConnectionFailure``.
    func webSocket() async throws(ConnectionFailure) -> LinkChannel { try await self.connect(self.configure) }

    private func configure(_ channel: any Channel) throws -> EventLoopFuture<LinkChannel> {
        try self.bootstrap.addTLS(to: channel)
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

/// The opening handshake of RFC 6455 by NIO, without NIO's frames: ``LinkHandler`` speaks after it.
struct LinkUpgrader: NIOTypedHTTPClientProtocolUpgrader {
    typealias UpgradeResult = LinkChannel

    static let subprotocol = "chat.v1"

    private let handshake = NIOTypedWebSocketClientUpgrader<LinkChannel> { channel, _ in
        channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }

    var supportedProtocol: String { self.handshake.supportedProtocol }
    var requiredUpgradeHeaders: [String] { self.handshake.requiredUpgradeHeaders }

    func addCustom(upgradeRequestHeaders headers: inout HTTPHeaders) {
        self.handshake.addCustom(upgradeRequestHeaders: &headers)
        headers.add(name: "Sec-WebSocket-Protocol", value: Self.subprotocol)
    }

    func shouldAllowUpgrade(upgradeResponse: HTTPResponseHead) -> Bool {
        self.handshake.shouldAllowUpgrade(upgradeResponse: upgradeResponse)
            && upgradeResponse.headers["Sec-WebSocket-Protocol"].allSatisfy { $0 == Self.subprotocol }
    }

    func upgrade(channel: any Channel, upgradeResponse: HTTPResponseHead) -> EventLoopFuture<LinkChannel> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(LinkHandler())
            return try LinkChannel(wrappingChannelSynchronously: channel)
        }
    }
}

/// Watches the answer to the handshake.
///
/// A refusal becomes one error with the server's whole answer; silence and a broken connection become errors, too.
final class HandshakeWatcher: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart

    /// The longest time for the handshake, after the TCP connection.
    static let timeout: TimeAmount = .seconds(10)
    /// The most bytes of a refusal that are read.
    private static let maximumBody = 4096

    private var refusal: HTTPResponseHead?
    private var body = ByteBuffer()
    private var timer: Scheduled<Void>?

    func handlerAdded(context: ChannelHandlerContext) {
        self.timer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.timeout) {
            self.fail(ConnectionFailure("the server did not answer in time"), context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.timer?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head) where head.status != .switchingProtocols: self.refusal = head
        case .body(var bytes) where self.refusal != nil:
            if self.body.readableBytes + bytes.readableBytes <= Self.maximumBody { self.body.writeBuffer(&bytes) }
        case .end where self.refusal != nil: self.refuse(context)
        case .head, .body, .end: context.fireChannelRead(data)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if self.refusal != nil {
            self.refuse(context)
        } else {
            self.fail(ConnectionFailure("the server closed the connection before its answer"), context)
        }
        context.fireChannelInactive()
    }

    private func refuse(_ context: ChannelHandlerContext) {
        guard let status = self.refusal?.status else { return }
        let error = try? JSONValue(self.body)["error"]
        let refusal = error?["code"]?.shown.map {
            ProtocolError(ProtocolError.Code($0), error?["message"]?.shown ?? status.reasonPhrase)
        }
        // A plain web server answers, too, but not as a chat.
        let isElsewhere = refusal == nil && status.code < 400
        let reason = isElsewhere ? "there is no chat at this address" : refusal?.message ?? status.reasonPhrase
        let failure = ConnectionFailure(
            ConnectionFailure.refusal + "\(status.code)" + (reason.isEmpty ? "" : " \(reason)"),
            status: Int(status.code),
            refusal: refusal
        )
        self.fail(failure, context)
    }

    private func fail(_ failure: ConnectionFailure, _ context: ChannelHandlerContext) {
        self.timer?.cancel()
        context.fireErrorCaught(failure)
        context.close(promise: nil)
    }
}
