import ChatDeflate
import ChatHTTP
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
    private let inflater: Inflater?
    private let deflater: Deflater?
    private var port: OutboundPort?
    private var isClosing = false

    /// Makes the handler of a connection.
    ///
    /// - Parameters:
    ///   - maximumMessageBytes: The most bytes of a message; some more for the suites.
    ///   - deflate: The terms of its compression; nil when there is none.
    init(maximumMessageBytes: Int, _ deflate: DeflateTerms?) {
        // The suites send messages of up to 16 MiB.
        self.decoder = FrameDecoder(role: .server, maximumMessageBytes: max(maximumMessageBytes, 16 << 20))
        self.inflater = deflate.flatMap { _ in Inflater() }
        self.deflater = deflate.flatMap { Deflater(window: DeflateWindow($0).rawValue) }
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
            while !self.isClosing, let message = try self.decoder.next(inflater: self.inflater) {
                self.answer(message, &output)
            }
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
        case .text(let text): self.write(.text, text, &output)
        case .binary(let bytes): self.write(.binary, bytes, &output)
        case .ping(let payload): FrameEncoder.write(.pong, payload, to: &output)
        case .pong: break
        case .close(let frame):
            self.isClosing = true
            FrameEncoder.writeClose(frame, to: &output)
        }
    }

    private func write(_ opcode: Opcode, _ payload: ByteBuffer, _ output: inout ByteBuffer) {
        guard var frame = self.deflater?.frame(opcode, payload) else {
            return FrameEncoder.write(opcode, payload, to: &output)
        }
        output.writeBuffer(&frame)
    }
}
