import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOWebSocket
import ServiceLifecycle

/// What becomes of each accepted connection: a WebSocket, which is left to its handler, or HTTP, which is Hummingbird's.
///
/// NIO's typed upgrader does the handshake; none of its frame handlers is used.
struct WebSocketUpgrade: HTTPChannelHandler {
    /// What a connection turned out to be.
    enum Outcome: Sendable {
        case webSocket
        case http(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>)
    }

    struct Value: ServerChildChannelValue {
        let outcome: EventLoopFuture<Outcome>
        let channel: any Channel
    }

    let responder: HTTPChannelHandler.Responder
    /// Whether a request for a WebSocket is admitted; the router answers the others.
    let admit: @Sendable (HTTPRequestHead) -> Bool
    /// The headers of the 101 beyond those of the handshake.
    let headers: @Sendable (HTTPRequestHead) -> HTTPHeaders
    /// Adds the handlers of an upgraded connection, on its loop.
    let didUpgrade: @Sendable (any Channel, HTTPRequestHead) throws -> Void
    /// How long an HTTP connection may be idle.
    let idleTimeout: Duration

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            try? channel.syncOptions?.setOption(.tcpOption(.tcp_nodelay), value: 1)
            try ReadBuffers.attach(to: channel)
            let gate = UpgradeGate(admit: self.admit)
            var configuration = NIOUpgradableHTTPServerPipelineConfiguration(
                upgradeConfiguration: .init(
                    upgraders: [self.upgrader(gate: NIOLoopBound(gate, eventLoop: channel.eventLoop))],
                    notUpgradingCompletionHandler: { self.setUpHTTP($0, logger) }
                )
            )
            configuration.enablePipelining = false
            configuration.enableErrorHandling = false
            configuration.enableResponseHeaderValidation = false
            let pipeline = channel.pipeline.syncOperations
            let outcome = try pipeline.configureUpgradableHTTPServerPipeline(configuration: configuration)
            let upgradeHandler = try pipeline.handler(type: NIOTypedHTTPServerUpgradeHandler<Outcome>.self)
            try pipeline.addHandler(gate, position: .before(upgradeHandler))
            return Value(outcome: outcome, channel: channel)
        }
    }

    func handle(value: Value, logger: Logger) async {
        guard case .http(let channel)? = try? await value.outcome.get() else {
            // A WebSocket lives in its handler. Returning ends this task, which would cost memory for every connection.
            return
        }
        await self.handleHTTP(asyncChannel: channel, logger: logger)
    }

    private func upgrader(gate: NIOLoopBound<UpgradeGate>) -> BareWebSocketUpgrader<Outcome> {
        BareWebSocketUpgrader(headers: self.headers) { channel, head in
            channel.pipeline.syncOperations.removeHandler(gate.value, promise: nil)
            return channel.eventLoop.makeCompletedFuture {
                try self.didUpgrade(channel, head)
                return .webSocket
            }
        }
    }

    private func setUpHTTP(_ channel: any Channel, _ logger: Logger) -> EventLoopFuture<Outcome> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
            try pipeline.addHandler(HTTPConnectionStateHandler(idleTimeout: self.idleTimeout, logger: logger))
            let configuration = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>.Configuration(
                isOutboundHalfClosureEnabled: true
            )
            return .http(try NIOAsyncChannel(wrappingChannelSynchronously: channel, configuration: configuration))
        }
    }
}

/// NIO's handshake (RFC 6455, section 4.2.2) without its frame handlers.
private struct BareWebSocketUpgrader<Outcome: Sendable>: NIOTypedHTTPServerProtocolUpgrader {
    private let handshake: NIOTypedWebSocketServerUpgrader<Outcome>
    private let didUpgrade: @Sendable (any Channel, HTTPRequestHead) -> EventLoopFuture<Outcome>

    var supportedProtocol: String { "websocket" }
    var requiredUpgradeHeaders: [String] { [] }

    init(
        headers: @escaping @Sendable (HTTPRequestHead) -> HTTPHeaders,
        didUpgrade: @escaping @Sendable (any Channel, HTTPRequestHead) -> EventLoopFuture<Outcome>
    ) {
        self.handshake = .init(
            shouldUpgrade: { channel, head in channel.eventLoop.makeSucceededFuture(headers(head)) },
            upgradePipelineHandler: didUpgrade
        )
        self.didUpgrade = didUpgrade
    }

    func buildUpgradeResponse(
        channel: any Channel,
        upgradeRequest: HTTPRequestHead,
        initialResponseHeaders: HTTPHeaders
    ) -> EventLoopFuture<HTTPHeaders> {
        self.handshake.buildUpgradeResponse(
            channel: channel,
            upgradeRequest: upgradeRequest,
            initialResponseHeaders: initialResponseHeaders
        )
    }

    func upgrade(channel: any Channel, upgradeRequest: HTTPRequestHead) -> EventLoopFuture<Outcome> {
        self.didUpgrade(channel, upgradeRequest)
    }
}
