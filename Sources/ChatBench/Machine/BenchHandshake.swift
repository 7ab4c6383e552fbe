internal import ChatClient
internal import ChatCore
internal import NIOCore

/// The client's side of the opening handshake (RFC 6455, section 4); only what the generator needs.
///
/// Every connection uses the key of the RFC's example. Its answer is known, so the generator can check that a WebSocket
/// server answered without making a hash. A key is not a secret; it has to be random only where a cache may stand
/// between.
struct BenchHandshake: Sendable {
    /// The result.
    enum Outcome: Equatable, Sendable {
        /// The connection is a WebSocket; these bytes of the server came with the answer.
        case open(rest: ByteBuffer)
        /// The server refused: the HTTP status, the code of an error of the protocol, and words.
        case refused(status: Int, code: String?, reason: String)
        /// The answer was not HTTP, or not a WebSocket.
        case failed(String)
    }

    static let key = "dGhlIHNhbXBsZSBub25jZQ=="
    private static let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    private static let maximumHead = 16_384
    private static let maximumBody = 4_096

    private var received = ByteBuffer()
    private var refusal: (status: Int, reason: String, length: Int?)?

    /// The request with which a connection begins.
    static func request(to server: ServerAddress) -> ByteBuffer {
        ByteBuffer(
            string: "GET \(server.path) HTTP/1.1\r\nHost: \(server.authority)\r\nUser-Agent: chat-cli\r\n"
                + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: \(Self.key)\r\nSec-WebSocket-Protocol: chat.v1\r\n\r\n"
        )
    }

    /// Bytes came; nil until the end is known.
    mutating func received(_ bytes: ByteBuffer) -> Outcome? {
        self.received.writeImmutableBuffer(bytes)
        if self.refusal == nil, let outcome = self.readHead() { return outcome }
        guard let refusal, let length = refusal.length, self.received.readableBytes >= length else { return nil }
        return self.refused()
    }

    /// The server closed; bytes that came before still count.
    mutating func closed() -> Outcome {
        self.refusal == nil ? .failed("the server closed the connection before its answer") : self.refused()
    }

    private mutating func readHead() -> Outcome? {
        let view = self.received.readableBytesView
        guard let end = view.firstRange(of: Array("\r\n\r\n".utf8)) else {
            return view.count > Self.maximumHead ? .failed("the answer is no HTTP answer") : nil
        }
        let head = String(decoding: view[..<end.lowerBound], as: UTF8.self)
        self.received.moveReaderIndex(to: end.upperBound)
        let lines = head.split(separator: "\r\n", omittingEmptySubsequences: false)
        let words = lines[0].split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
            return .failed("the answer is no HTTP answer")
        }
        let fields = lines.dropFirst().map { $0.split(separator: ":", maxSplits: 1).map(\.trimmed) }
        func field(_ name: String) -> String? {
            fields.first { $0.count == 2 && $0[0].lowercased() == name }?[1]
        }
        if status == 101 {
            return field("sec-websocket-accept") == Self.accept
                ? .open(rest: self.received) : .failed("the server did not answer as a WebSocket server")
        }
        let length = field("content-length").flatMap { Int($0) }.map { min($0, Self.maximumBody) }
        self.refusal = (status, words.count > 2 ? String(words[2]) : "", length)
        return nil
    }

    private func refused() -> Outcome {
        guard let refusal else { return .failed("the server closed the connection before its answer") }
        let error = (try? JSONValue(self.received))?["error"]
        return .refused(
            status: refusal.status,
            code: error?["code"]?.shown,
            reason: error?["message"]?.shown ?? refusal.reason
        )
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var text = self
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
