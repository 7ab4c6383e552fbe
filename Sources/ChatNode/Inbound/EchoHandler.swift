import ChatWebSocket
import NIOCore

/// Sends back every message, for conformance suites for RFC 6455; a flag for tests opens it.
///
/// It uses the same types for reading and writing as a chat's connection.
final class EchoHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// The most bytes that wait for a suite that does not read.
    private static let maximumWaiting = 64 << 20

    private var decoder: FrameDecoder
    private var port: OutboundPort?
    private var isClosing = false

    init(maximumMessageBytes: Int) {
        // The suites send messages of up to 16 MiB.
        self.decoder = FrameDecoder(role: .server, maximumMessageBytes: max(maximumMessageBytes, 16 << 20))
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.port = OutboundPort(channel: context.channel, limit: Self.maximumWaiting)
    }

    func channelInactive(context: ChannelHandlerContext) { self.port?.detach() }

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
        if self.isClosing {
            self.port?.finish(with: output, within: .seconds(5))
        } else if self.port?.write(output) == .overflow {
            self.port?.abort()
        } else {
            self.port?.flush()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { self.port?.abort() }
        if event is ChannelShouldQuiesceEvent { self.port?.abort() }
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
