internal import ChatClient
internal import NIOCore

/// The only handler on a connection of the generator: it hands bytes to the worker of its event loop.
final class LoadHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let worker: LoadWorker
    private let client: Int

    /// - Parameters:
    ///   - worker: Of the connection's event loop.
    ///   - client: The client of this connection.
    init(_ worker: LoadWorker, _ client: Int) {
        self.worker = worker
        self.client = client
    }

    func channelActive(context: ChannelHandlerContext) {
        let (channel, client) = (context.channel, self.client)
        self.worker.assumeIsolated { $0.connected(client, channel) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let (bytes, client) = (self.unwrapInboundIn(data), self.client)
        self.worker.assumeIsolated { $0.received(bytes, client) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        let client = self.client
        self.worker.assumeIsolated { $0.closed(client) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let (client, reason) = (self.client, ChannelBootstrap.reason(error))
        self.worker.assumeIsolated { $0.failed(client, reason) }
        context.close(promise: nil)
    }
}
