import NIOCore
import NIOHTTP1

/// Decides about an upgrade before NIO's upgrade handler sees the request.
///
/// That handler swallows the head of any request that bears an `Upgrade` header and is not upgraded, so a refusal could
/// not be answered. The gate looks first: it lets a WebSocket request pass that is admitted, and takes the header from
/// every other one, so that the router answers it like any request.
final class UpgradeGate: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    /// How long a connection may take until its first request.
    private static let patience = TimeAmount.seconds(15)
    /// How long a request may take when the node shuts down.
    private static let drainTime = TimeAmount.seconds(5)

    private let admit: @Sendable (HTTPRequestHead) -> Bool
    private var isFirst = true
    private var timeout: Scheduled<Void>?

    /// Makes the gate of one connection.
    ///
    /// - Parameter admit: Whether a request for a WebSocket goes on to the upgrade.
    init(admit: @escaping @Sendable (HTTPRequestHead) -> Bool) { self.admit = admit }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        self.timeout = context.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.timeout?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = self.unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        self.timeout?.cancel()
        defer { self.isFirst = false }
        guard head.headers.contains(name: "upgrade") else { return context.fireChannelRead(data) }
        // Only the first request of a connection can be upgraded; h2c and the like are not spoken here.
        if !self.isFirst || !Self.isWebSocket(head) || !self.admit(head) { head.headers.remove(name: "upgrade") }
        context.fireChannelRead(self.wrapInboundOut(.head(head)))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            // Who has not asked for anything is not kept; a request under way has a moment to end.
            let channel = context.channel
            if self.isFirst {
                channel.close(promise: nil)
            } else {
                context.eventLoop.scheduleTask(in: Self.drainTime) { channel.close(promise: nil) }
            }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.timeout?.cancel()
        context.fireChannelInactive()
    }

    /// Whether the request has all that RFC 6455 (section 4.2.1) asks of one, and no body: the upgrade would wait for it.
    private static func isWebSocket(_ head: HTTPRequestHead) -> Bool {
        head.method == .GET
            && !head.headers.contains(name: "transfer-encoding")
            && head.headers["content-length"].allSatisfy { $0 == "0" }
            && head.headers[canonicalForm: "upgrade"].contains { $0.lowercased() == "websocket" }
            && head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
            && head.headers["sec-websocket-key"].count == 1
            && head.headers["sec-websocket-version"] == ["13"]
    }
}
