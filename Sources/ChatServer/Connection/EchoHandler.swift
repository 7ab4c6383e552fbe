import ChatWebSocket
import NIOCore

/// Sends back every message: what conformance suites for RFC 6455 talk to, opened by a flag for tests alone.
final class EchoHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var decoder: FrameDecoder
    private var isClosing = false

    init(maximumMessageBytes: Int) {
        // The suites send messages of up to 16 MiB.
        self.decoder = FrameDecoder(role: .server, maximumMessageBytes: max(maximumMessageBytes, 16 << 20))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !self.isClosing else { return }
        self.decoder.append(self.unwrapInboundIn(data))
        var output = ByteBuffer()
        do {
            while !self.isClosing, let message = try self.decoder.next() { self.answer(message, &output) }
        } catch {
            self.isClosing = true
            FrameEncoder.writeClose(CloseFrame(code: error.closeCode, reason: error.reason), to: &output)
        }
        guard output.readableBytes > 0 else { return }
        let channel = context.channel
        let written = channel.writeAndFlush(output)
        if self.isClosing { written.whenComplete { _ in channel.close(mode: .output, promise: nil) } }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
        if event is ChannelShouldQuiesceEvent { context.close(promise: nil) }
    }

    private func answer(_ message: WebSocketMessage, _ output: inout ByteBuffer) {
        switch message {
        case .text(let text): FrameEncoder.write(.text, text, to: &output)
        case .binary(let bytes): FrameEncoder.write(.binary, bytes, to: &output)
        case .ping(let payload): FrameEncoder.write(.pong, payload, to: &output)
        case .pong: break
        case .close(let frame):
            self.isClosing = true
            FrameEncoder.writeClose(frame, to: &output)
        }
    }
}
