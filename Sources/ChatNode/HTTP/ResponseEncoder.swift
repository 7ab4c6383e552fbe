import HTTPTypes
import NIOCore

/// Writes answers of HTTP/1.1 (RFC 9112, sections 4 to 6).
///
/// All bodies are in memory, so all have a length, but for streams.
enum ResponseEncoder {
    /// Up to this many bytes, a body is sent in one piece with its head.
    private static let smallBody = 4096

    /// Encodes an answer.
    ///
    /// - Parameters:
    ///   - response: Its status and fields.
    ///   - body: Its body.
    ///   - isHead: Whether the request was `HEAD`: the body is left out.
    ///   - isLast: Whether the connection is closed after it.
    ///   - date: The time.
    /// - Returns: The buffers to send, in order.
    static func encode(
        _ response: HTTPResponse,
        _ body: ByteBuffer,
        isHead: Bool,
        isLast: Bool,
        date: String
    ) -> [ByteBuffer] {
        let hasBody = !(100...199).contains(response.status.code) && ![204, 304].contains(response.status.code)
        var head = Self.fields(of: response, date)
        if hasBody { Self.write("Content-Length", String(body.readableBytes), to: &head) }
        if isLast { Self.write("Connection", "close", to: &head) }
        head.writeStaticString("\r\n")
        guard hasBody, !isHead, body.readableBytes > 0 else { return [head] }
        guard body.readableBytes > Self.smallBody else {
            head.writeImmutableBuffer(body)
            return [head]
        }
        return [head, body]
    }

    /// Encodes the head of an answer whose body ends with the connection (RFC 9112, section 6.3).
    static func streaming(_ response: HTTPResponse, date: String) -> ByteBuffer {
        var head = Self.fields(of: response, date)
        Self.write("Connection", "close", to: &head)
        head.writeStaticString("\r\n")
        return head
    }

    /// The status line, and the fields that say nothing of the framing.
    private static func fields(of response: HTTPResponse, _ date: String) -> ByteBuffer {
        var head = ByteBufferAllocator().buffer(capacity: 1024)
        head.writeString("HTTP/1.1 \(response.status.code) \(response.status.reasonPhrase)\r\n")
        for field in response.headerFields where !Self.isFraming(field.name) {
            Self.write(field.name.rawName, field.value, to: &head)
        }
        let hasPolicy = response.headerFields[.contentSecurityPolicy] != nil
        for (name, value) in SecurityHeaders.all where !hasPolicy || name != SecurityHeaders.policyName {
            Self.write(name, value, to: &head)
        }
        Self.write("Date", date, to: &head)
        Self.write("Server", NodeContext.serverVersion, to: &head)
        return head
    }

    /// Encodes the answer to a handshake (RFC 6455, section 4.2.2).
    ///
    /// - Parameter fields: Its fields beyond those that each answer has.
    /// - Returns: The whole answer.
    static func switching(_ fields: [(name: String, value: String)]) -> ByteBuffer {
        var head = ByteBufferAllocator().buffer(capacity: 192)
        head.writeStaticString("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
        for (name, value) in fields { Self.write(name, value, to: &head) }
        head.writeStaticString("\r\n")
        return head
    }

    /// Whether a field controls the framing or the connection; only this type sets those.
    private static func isFraming(_ name: HTTPField.Name) -> Bool {
        name == .contentLength || name == .transferEncoding || name == .connection
    }

    private static func write(_ name: String, _ value: String, to buffer: inout ByteBuffer) {
        buffer.writeString(name)
        buffer.writeStaticString(": ")
        buffer.writeString(value)
        buffer.writeStaticString("\r\n")
    }
}
