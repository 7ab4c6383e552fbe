import NIOCore
import TestSupport
import Testing

@testable import ChatHTTP

@Suite(.timeLimit(.minutes(10)))
struct RequestHeadReaderTests {
    /// Reads a head that comes in packets of a size.
    private func read(_ text: String, packet: Int = .max) throws -> RequestHead? {
        try self.read(Array(text.utf8), packet: packet)
    }

    private func read(_ bytes: [UInt8], packet: Int = .max) throws -> RequestHead? {
        var reader = RequestHeadReader()
        var input = ByteBuffer()
        for start in stride(from: 0, to: bytes.count, by: min(packet, bytes.count)) {
            input.writeBytes(bytes[start..<min(bytes.count, start + min(packet, bytes.count))])
            if let head = try reader.read(&input) { return head }
        }
        return nil
    }

    private func status(_ text: String) -> Int? {
        do {
            return try self.read(text) == nil ? nil : 200
        } catch {
            return (error as? RequestFault)?.status
        }
    }

    private func with(_ fields: String...) -> String {
        "POST /a HTTP/1.1\r\nHost: a\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    @Test(arguments: [1, 2, 3, 7, 16, 100, 10_000])
    func `a head is the same in packets of every size`(packet: Int) throws {
        let text = "GET /a/b?c=d HTTP/1.1\r\nHost: chat.example:80\r\nA: b\r\na:\t c \r\nEmpty:\r\n\r\nbody"
        let head = try #require(try self.read(text, packet: packet))
        #expect(head.method == .get)
        #expect(head.target.path == "/a/b")
        #expect(head.target.query == "c=d")
        #expect(head.authority == "chat.example:80")
        #expect(head.pairs.map(\.name) == ["Host", "A", "a", "Empty"])
        #expect(head.pairs.map(\.value) == ["chat.example:80", "b", "c", ""])
        #expect(head.isPersistent)
        #expect(head.framing == .none)
    }

    @Test func `what comes behind a head is left`() throws {
        var reader = RequestHeadReader()
        var input = ByteBuffer(string: "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try reader.read(&input)?.target.path == "/")
        #expect(try reader.read(&input)?.target.path == "/b")
        #expect(input.readableBytes == 0)
    }

    @Test(arguments: [
        ("FOO / HTTP/1.1\r\nHost: a\r\n\r\n", 501), ("get / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        ("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 501), ("G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/9.9\r\n", 505), ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505), ("GET / HTTP/0.9\r\n\r\n", 505),
        ("GET /\r\n\r\n", 400), ("GET / http/1.1\r\n\r\n", 400), ("GET  / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1 \r\n\r\n", 400), ("GET / HTTP/1.10\r\n\r\n", 400), ("GET / HTTP/+.1\r\n\r\n", 400),
        ("GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET http://a@b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET /\ta HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/1.1\nHost: a\n\n", 400), ("GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nA\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nB: \0\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\nB: \u{7F}\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost:\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: é\r\n\r\n", 400),
        ("\u{16}\u{3}\u{1}", 400), ("\0", 400), (" GET / HTTP/1.1\r\n", 400), ("\n", 400),
        ("\r\n\r\n\r\n\r\n\r\n", 400), ("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    ])
    func `what is malformed is told by its status, as soon as it can be`(text: String, status: Int) {
        #expect(self.status(text) == status)
    }

    @Test(arguments: [
        ("Content-Length: -1", 400), ("Content-Length: +1", 400), ("Content-Length: 1, 1", 400),
        ("Content-Length: 0x1", 400), ("Content-Length:", 400), ("Content-Length: 1 1", 400),
        ("Content-Length: 99999999999999999999999", 413), ("Content-Length: 1\r\nContent-Length: 1", 400),
        ("Content-Length: 1\r\nTransfer-Encoding: chunked", 400), ("Transfer-Encoding: gzip", 400),
        ("Transfer-Encoding: gzip, chunked", 501), ("Transfer-Encoding: chunked, chunked", 501),
        ("Transfer-Encoding: chunked, gzip", 400), ("Transfer-Encoding:", 400), ("Transfer-Encoding: xchunked", 400),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", 400), ("Expect: magic", 417),
    ])
    func `a length that can be understood in two ways is refused`(field: String, status: Int) {
        #expect(self.status(self.with(field)) == status)
    }

    @Test func `what is too large is told by the part that is`() {
        let many = 1 << 20
        #expect(self.status("GET /" + String(repeating: "a", count: many)) == 414)
        let longest = String(repeating: "a", count: RequestHeadReader.maximumTarget - 1)
        #expect(self.status("GET /\(longest) HTTP/1.1\r\nHost: a\r\n\r\n") == 200)
        #expect(self.status("GET /\(longest)a HTTP/1.1\r\nHost: a\r\n\r\n") == 414)
        #expect(self.status(String(repeating: "A", count: many)) == 501)
        #expect(self.status("GET / HTTP/1.1\r\nA: " + String(repeating: "a", count: many)) == 431)
        #expect(self.status("GET / HTTP/1.1\r\n" + String(repeating: "a: b\r\n", count: 50_000)) == 431)
        let most = String(repeating: "a:\r\n", count: RequestHeadReader.maximumFields - 1)
        #expect(self.status("GET / HTTP/1.1\r\nHost: a\r\n\(most)\r\n") == 200)
        #expect(self.status("GET / HTTP/1.1\r\nHost: a\r\na:\r\n\(most)\r\n") == 431)
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: a\r\n", true), ("GET / HTTP/1.2\r\nHost: a\r\n", true), ("GET / HTTP/1.0\r\n", false),
        ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n", false),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n", false),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, CLOSE\r\n", false),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: a\r\nconnection: ,close,\r\n", false),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n", true),
    ])
    func `whether the connection goes on is said by lists and versions`(head: String, isPersistent: Bool) throws {
        #expect(try self.read(head + "\r\n")?.isPersistent == isPersistent)
    }

    @Test(arguments: [
        ("http://other.example/ws?a", "/ws", "other.example"), ("HTTP://o:1", "/", "o:1"),
        ("https://o?a=b", "/", "o"), ("/ws", "/ws", "a"), ("*", "*", "a"), ("//ws", "//ws", "a"),
    ])
    func `a target in absolute form says the host`(target: String, path: String, authority: String) throws {
        let head = try #require(try self.read("OPTIONS \(target) HTTP/1.1\r\nHost: a\r\n\r\n"))
        #expect(head.target.path == path)
        #expect(head.authority == authority)
    }

    @Test(arguments: ["/ws", "/ws/", "//ws", "//ws//", "http://a/ws", "http://a//ws/?b"])
    func `slashes at the ends of a path make no other place`(target: String) throws {
        #expect(try self.read("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")?.target.place == "ws")
    }

    @Test func `what is not ASCII is percent-encoded in a target, and Latin in a field`() throws {
        let head = try #require(try self.read("GET /래?é HTTP/1.1\r\nHost: a\r\nA: é\u{301}\r\n\r\n"))
        #expect(head.target.path == "/%EB%9E%98")
        #expect(head.target.query == "%C3%A9")
        // No combining mark is left in it, whatever its sender meant.
        #expect(head.value(of: "a") == "Ã©Ì\u{81}")
    }

    @Test(arguments: [
        ("Content-Length: 0", RequestHead.Framing.none), ("Content-Length: 12", .length(12)),
        ("Transfer-Encoding: Chunked", .chunked), ("A: b", .none),
    ])
    func `the end of the body is found by one field`(field: String, framing: RequestHead.Framing) throws {
        #expect(try self.read(self.with(field))?.framing == framing)
    }

    @Test func `each byte is looked at once`() throws {
        var generator = SeededGenerator(1)
        // Whatever stands in them, packets of one byte end like one packet.
        for _ in 0..<300 {
            var bytes = Array("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: b\r\n\r\n".utf8)
            bytes[.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
            let whole = Result { try self.read(bytes)?.pairs.map(\.value) }.mapError { $0 as? RequestFault }
            let single = Result { try self.read(bytes, packet: 1)?.pairs.map(\.value) }.mapError { $0 as? RequestFault }
            #expect((try? whole.get()) == (try? single.get()))
        }
    }
}

extension Result where Failure == any Error {
    fileprivate func mapError(_ transform: (any Error) -> RequestFault?) -> Result<Success, RequestFault> {
        switch self {
        case .success(let value): .success(value)
        case .failure(let error): .failure(transform(error) ?? RequestFault(0, "\(error)"))
        }
    }
}
