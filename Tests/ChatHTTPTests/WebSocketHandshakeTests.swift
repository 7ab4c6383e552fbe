import NIOCore
import Testing

@testable import ChatHTTP

@Suite(.timeLimit(.minutes(10)))
struct WebSocketHandshakeTests {
    private func verdict(
        _ changes: (inout [String: String]) -> Void = { _ in },
        _ line: String = "GET /ws HTTP/1.1"
    ) throws
        -> WebSocketHandshake.Verdict
    {
        var fields = [
            "Host": "a", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        ]
        changes(&fields)
        var input = ByteBuffer(string: line + "\r\n" + fields.map { "\($0): \($1)\r\n" }.joined() + "\r\n")
        var reader = RequestHeadReader()
        return WebSocketHandshake.read(try #require(try reader.read(&input)))
    }

    @Test func `the example of the standard is answered as it says`() throws {
        #expect(try self.verdict() == .accept("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
    }

    @Test func `lists and any case are understood`() throws {
        let verdict = try self.verdict {
            $0["Upgrade"] = "h2c, WebSocket"
            $0["Connection"] = "keep-alive, UPGRADE"
        }
        #expect(verdict == .accept("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
    }

    @Test func `what asks for no WebSocket is told apart from what asks wrongly`() throws {
        #expect(try self.verdict { $0["Upgrade"] = "h2c" } == .notAsked)
        #expect(try self.verdict { $0["Upgrade"] = nil } == .notAsked)
        #expect(try self.verdict { $0["Connection"] = "keep-alive" } == .notAsked)
        #expect(try self.verdict({ _ in }, "POST /ws HTTP/1.1") == .notAsked)
        #expect(try self.verdict({ _ in }, "GET /ws HTTP/1.0") == .notAsked)
        #expect(try self.verdict { $0["Sec-WebSocket-Version"] = "8" } == .otherVersion)
        #expect(try self.verdict { $0["Sec-WebSocket-Version"] = nil } == .otherVersion)
    }

    @Test(arguments: [
        nil, "", "abc", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ==a", "dGhlIHNhbXBsZSBub25jZQ!!",
    ])
    func `a key is sixteen bytes in base64`(key: String?) throws {
        guard case .malformed = try self.verdict({ $0["Sec-WebSocket-Key"] = key }) else {
            Issue.record("\(key ?? "none") was taken")
            return
        }
    }

    @Test func `a handshake has no body`() throws {
        guard case .malformed = try self.verdict({ $0["Content-Length"] = "5" }) else {
            Issue.record("a body was taken")
            return
        }
    }
}
