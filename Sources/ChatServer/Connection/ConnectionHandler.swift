import NIOCore

/// The only handler on an upgraded connection: it hands bytes to the shard, and knows nothing of chat.
///
/// The shard's executor is the connection's event loop, so every call enters the actor at once, without a hop.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let shard: Shard
    /// What the connection has taken of what the node admits; given back when it ends, however it ends.
    private var place: Admission.Place?
    /// Only until it has been obeyed: what it holds would cost every idle connection half a kilobyte.
    private var greeting: Greeting?
    private var client: ClientID?

    /// Makes the handler of one connection.
    ///
    /// - Parameters:
    ///   - shard: The shard on the connection's event loop.
    ///   - place: What it gives back when it ends.
    ///   - greeting: What the upgrade request asked for.
    init(shard: Shard, place: Admission.Place, greeting: Greeting) {
        self.shard = shard
        self.place = place
        self.greeting = greeting
    }

    /// It may not even have come into a pipeline.
    deinit { self.place?.leave() }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        let greeting = self.greeting.take() ?? .none
        self.client = self.shard.assumeIsolated { $0.connected(channel, greeting) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let client else { return }
        let bytes = self.unwrapInboundIn(data)
        self.shard.assumeIsolated { $0.received(bytes, from: client) }
    }

    /// The channel may have ended while the upgrade was under way; then this is the only sign of it.
    func handlerRemoved(context: ChannelHandlerContext) { self.disconnected() }

    func channelInactive(context: ChannelHandlerContext) {
        self.disconnected()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.disconnected()
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            // The HTTP server allows half-closed connections; a WebSocket whose peer is gone is gone.
            self.disconnected()
            context.close(promise: nil)
        case is ChannelShouldQuiesceEvent:
            guard let client else { break }
            self.shard.assumeIsolated { $0.drain(client) }
        default: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func disconnected() {
        self.place.take()?.leave()
        guard let client = self.client.take() else { return }
        self.shard.assumeIsolated { $0.disconnected(client) }
    }
}
