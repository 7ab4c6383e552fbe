import ChatCore
import ChatWebSocket
import NIOCore

/// Tells a client that there is no room for it, and when to come again: a browser cannot read the answer to a refused
/// upgrade, but it can read this.
final class RefusalHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let reason: Disconnect

    init(_ reason: Disconnect) { self.reason = reason }

    func handlerAdded(context: ChannelHandlerContext) {
        var frames = ByteBuffer()
        let event = Event.closing(self.reason, reconnectMilliseconds: .random(in: 1000...5000))
        FrameEncoder.write(.text, event.encoded(), to: &frames)
        FrameEncoder.writeClose(CloseFrame(code: self.reason.code, reason: self.reason.reason), to: &frames)
        let channel = context.channel
        channel.writeAndFlush(frames).whenComplete { _ in channel.close(mode: .output, promise: nil) }
        context.eventLoop.scheduleTask(in: .seconds(5)) { channel.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // What it says does not matter any more.
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
    }
}
