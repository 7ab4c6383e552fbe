internal import ChatCore
internal import ChatWebSocket
internal import NIOCore

/// Input from a connection.
enum Inbound: Sendable {
    /// The text of one message.
    case text(ByteBuffer)
    /// A message that was read already.
    case message(ServerMessage)
    /// A ping or a pong: the other side is alive.
    case heartbeat
    /// The connection ends: the other side's close frame, or its violation.
    case close(CloseFrame)
}

/// Output to a connection.
enum Outbound: Sendable {
    case text(ByteBuffer)
    case close(CloseFrame)
}

/// The client's end of RFC 6455 on a channel: frames to messages and back, pongs, and the closing handshake.
final class LinkHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = Inbound
    typealias OutboundIn = Outbound
    typealias OutboundOut = ByteBuffer

    /// The most bytes of a message from a server: a page of history and the members of a room stay far below.
    static let maximumMessageBytes = 4 << 20
    /// The longest time for the other side to close after a close frame.
    static let closeTimeout: TimeAmount = .seconds(1)

    private var decoder = FrameDecoder(role: .client, maximumMessageBytes: LinkHandler.maximumMessageBytes)
    private var isClosing = false
    private var isDone = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !self.isDone else { return }
        self.decoder.append(self.unwrapInboundIn(data))
        do throws(FrameError) {
            while let message = try self.decoder.next() {
                self.received(message, context)
                guard !self.isDone else { return }
            }
        } catch {
            self.finish(CloseFrame(code: error.closeCode, reason: error.reason), context)
        }
    }

    private func received(_ message: WebSocketMessage, _ context: ChannelHandlerContext) {
        switch message {
        case .text(let text): context.fireChannelRead(self.wrapInboundOut(.text(text)))
        case .ping(let payload):
            var frame = context.channel.allocator.buffer(capacity: payload.readableBytes + FrameEncoder.maximumHeader)
            FrameEncoder.write(.pong, payload, mask: Self.makeMask(), to: &frame)
            context.writeAndFlush(self.wrapOutboundOut(frame), promise: nil)
            context.fireChannelRead(self.wrapInboundOut(.heartbeat))
        case .pong: context.fireChannelRead(self.wrapInboundOut(.heartbeat))
        case .binary: self.finish(CloseFrame(code: 1003, reason: "text messages only"), context)
        case .close(let close): self.finish(close, context)
        }
    }

    /// Reports the end, answers with the same code, and closes.
    private func finish(_ close: CloseFrame, _ context: ChannelHandlerContext) {
        self.isDone = true
        context.fireChannelRead(self.wrapInboundOut(.close(close)))
        context.fireChannelReadComplete()
        guard !self.isClosing else { return context.close(promise: nil) }
        self.isClosing = true
        context.writeAndFlush(self.wrapOutboundOut(Self.frame(close)), promise: nil)
        context.close(promise: nil)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !self.isClosing else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch self.unwrapOutboundIn(data) {
        case .text(let text):
            var frame = context.channel.allocator.buffer(capacity: text.readableBytes + FrameEncoder.maximumHeader)
            FrameEncoder.write(.text, text, mask: Self.makeMask(), to: &frame)
            context.write(self.wrapOutboundOut(frame), promise: promise)
        case .close(let close):
            self.isClosing = true
            context.write(self.wrapOutboundOut(Self.frame(close)), promise: promise)
            let channel = context.channel
            context.eventLoop.scheduleTask(in: Self.closeTimeout) { channel.close(promise: nil) }
        }
    }

    private static func frame(_ close: CloseFrame) -> ByteBuffer {
        var frame = ByteBuffer()
        FrameEncoder.writeClose(close, mask: self.makeMask(), to: &frame)
        return frame
    }

    /// A new, unpredictable key for each frame (RFC 6455, section 5.3).
    private static func makeMask() -> UInt32 { UInt32.random(in: .min ... .max) }
}
