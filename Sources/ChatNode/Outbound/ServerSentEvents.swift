import ChatCore
import ChatWebSocket
import NIOCore

/// Writes Server-Sent Events (HTML Living Standard, section 9.2).
///
/// A stream ends with its connection, so that the same bytes are right for everybody who reads one.
enum ServerSentEvents {
    /// The most bytes around a message: its id, its name, and the words before them.
    private static let maximumFraming = 128

    /// A comment, which says that the connection lives.
    static let comment = ByteBuffer(string: ":\n\n")

    /// An event without data: nobody is told of it, and a reader that comes back names its id.
    static func place(_ position: LogPosition) -> ByteBuffer { ByteBuffer(string: "id: \(position.eventID)\n\n") }

    /// The time after which a reader comes back whose stream has ended.
    static func retry(milliseconds: Int) -> ByteBuffer { ByteBuffer(string: "retry: \(milliseconds)\n\n") }

    /// One message as an event.
    static func event(_ message: ByteBuffer) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: message.readableBytes + self.maximumFraming)
        self.write(message, to: &buffer)
        return buffer
    }

    /// The messages of frames that ``FrameEncoder`` wrote for a WebSocket.
    static func events(in frames: ByteBuffer) -> ByteBuffer {
        var rest = frames
        var buffer = ByteBufferAllocator().buffer(capacity: frames.readableBytes + self.maximumFraming)
        while let (opcode, message) = FrameEncoder.takeFrame(&rest), opcode == .text {
            self.write(message, to: &buffer)
        }
        return buffer
    }

    /// Appends one message as an event.
    static func write(_ message: ByteBuffer, to buffer: inout ByteBuffer) {
        if let position = EventPlace.position(after: message) { buffer.writeString("id: \(position.eventID)\n") }
        if let type = EventPlace.type(of: message) { buffer.writeString("event: \(type)\n") }
        buffer.writeStaticString("data: ")
        self.writeLine(message, to: &buffer)
        buffer.writeStaticString("\n\n")
    }

    /// Appends JSON as one line.
    ///
    /// Whoever may publish to Redis may put line breaks between the parts of an object, where a blank does as well;
    /// within a string JSON has none.
    private static func writeLine(_ json: ByteBuffer, to buffer: inout ByteBuffer) {
        let isBreak = { (byte: UInt8) in byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
        guard json.readableBytesView.contains(where: isBreak) else {
            buffer.writeImmutableBuffer(json)
            return
        }
        buffer.writeBytes(json.readableBytesView.lazy.map { isBreak($0) ? UInt8(ascii: " ") : $0 })
    }
}
