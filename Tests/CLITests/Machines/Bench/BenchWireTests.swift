import ChatCore
import ChatWebSocket
import NIOCore
import Testing

@testable import ChatBench

@Suite(.patience) struct BenchWireTests {
    private func scan(_ text: String) throws -> MessageScanner.Finding {
        let scanner = MessageScanner(room: try RoomName("bench-run-1"))
        return ByteBuffer(string: text).withUnsafeReadableBytes { scanner.scan($0) }
    }

    @Test(arguments: [0, 1, 1_790_000_000_000_000_000, Int.max])
    func `a token is found in the message that the server makes of it`(due: Int) throws {
        let message = try BenchScript.delivery(seq: 123_456, due: due, sender: 4_000_000_000)
        #expect(
            try self.scan(message) == .delivery(seq: 123_456, BenchToken(due: due, sender: 4_000_000_000))
        )
    }

    @Test func `what the server's own codec writes is what the scan knows`() throws {
        let position = LogPosition(epoch: try Epoch("0123456789ab"), seq: 9)
        let room = try RoomName("bench-run-1")
        let reply = Reply.sent(room, Receipt(position: position, time: 1, isDuplicate: false)).encoded(id: 77)
        #expect(try self.scan(String(buffer: reply)) == .receipt(id: 77, seq: 9))
        let members = MemberPage(members: [], count: 0, cursor: nil, version: 1)
        let join = Reply.joined(
            JoinReply(room: room, head: position, recovered: true, replay: 0, members: members)
        ).encoded(id: 2)
        #expect(try self.scan(String(buffer: join)) == .other, "the answer to a join is no receipt")
    }

    @Test(arguments: [
        (#"{"type":"joined","room":"r"}"#, MessageScanner.Finding.presence),
        (#"{"type":"presence","room":"r"}"#, .presence), (#"{"type":"left","room":"r"}"#, .presence),
        (#"{"type":"error","code":"x"}"#, .other), ("", .other), ("{", .other),
        (#"{"type":"message","room":"bench-run-2","epoch":"0123456789ab","seq":1"#, .other),
        (#"{"type":"message","room":"bench-run-1","epoch":"0123456789ab","seq":"#, .other),
        (#"{"type":"message","room":"bench-run-1","epoch":"0123456789ab","seq":99999999999999999,"#, .other),
        (#"{"type":"message","room":"bench-run-1","epoch":"0123456789ab","seq":5,"text":"h"}"#, .delivery(seq: 5, nil)),
        (#"{"type":"message","room":"bench-run-1","epoch":"0123456789ab","seq":5,"text":"~"#, .delivery(seq: 5, nil)),
        (#"{"type":"message","room":"bench-run-1","time":5,"text":"hi"}"#, .other),
        (#"{"type":"ok","id":4,"room":"bench-run-1"}"#, .other), (#"{"type":"ok","id":}"#, .other),
    ])
    func `what is no message of the run is told apart`(text: String, finding: MessageScanner.Finding) throws {
        #expect(try self.scan(text) == finding)
    }

    @Test func `a command is what the server reads, with a text of the size that was asked for`() throws {
        let plan = try BenchScript.plan(size: 100)
        var template = SendTemplate(plan, sender: 1, room: plan.rooms[1])
        var out = ByteBuffer()
        template.write(id: 9, due: 5, mask: 0xA1B2_C3D4, to: &out)
        template.write(id: 10, due: 6, mask: 1, to: &out)
        let commands = try BenchScript.commands(out)
        #expect(commands.map(\.id) == [9, 10])
        guard case .send(let send) = commands[0].command else { throw LoadEnd.broken("no send") }
        #expect(send.room == plan.rooms[1])
        #expect(send.text.rawValue.utf8.count == 100)
        #expect(send.key?.rawValue == "run-1-9")
    }

    @Test func `frames are read like the strict decoder reads them, wherever the bytes are cut`() throws {
        let texts = ["", "a", String(repeating: "b", count: 126), String(repeating: "c", count: 70_000), "last"]
        var bytes = ByteBuffer()
        for text in texts { FrameEncoder.write(.text, ByteBuffer(string: text), to: &bytes) }
        FrameEncoder.write(.ping, ByteBuffer(string: "x"), to: &bytes)
        for cut in [0, 1, 2, 3, 5, 130, 131, 140, 4_000, 70_146, bytes.readableBytes] {
            var found: [String] = []
            var offset = 0
            for end in [cut, bytes.readableBytes] {
                try bytes.withUnsafeReadableBytes { raw in
                    let part = UnsafeRawBufferPointer(rebasing: raw[..<end])
                    while let frame = try WholeFrame.read(part, at: offset) {
                        found.append(String(decoding: part[frame.payload], as: UTF8.self))
                        offset = frame.payload.upperBound
                    }
                }
            }
            #expect(found == texts + ["x"], "cut at \(cut)")
        }
    }

    @Test(
        arguments: [
            [0xC1, 0x00], [0x83, 0x00], [0x01, 0x01, 0x61], [0x80, 0x01, 0x61], [0x81, 0x81, 0, 0, 0, 0, 0],
            [0x81, 0x7E, 0x00, 0x05], [0x81, 0x7F, 0, 0, 0, 0, 0, 0, 0, 5], [0x81, 0x7F, 0, 0, 0, 0, 1, 0, 0, 0],
            [0x81, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0x89, 0x7E, 0x01, 0x00],
        ] as [[UInt8]]
    )
    func `what breaks the rules of frames is refused`(bytes: [UInt8]) {
        #expect(throws: FrameError.self) {
            _ = try bytes.withUnsafeBytes { try WholeFrame.read($0, at: 0) }
        }
    }
}

@Suite(.patience) struct BenchHandshakeTests {
    private func outcome(_ answer: String, cuts: Int) -> BenchHandshake.Outcome? {
        var handshake = BenchHandshake()
        let bytes = Array(answer.utf8)
        for start in stride(from: 0, to: bytes.count, by: cuts) {
            let part = bytes[start..<min(start + cuts, bytes.count)]
            if let outcome = handshake.received(ByteBuffer(bytes: part)) { return outcome }
        }
        return nil
    }

    @Test func `the request is a handshake for chat.v1`() throws {
        let request = String(buffer: BenchHandshake.request(to: try BenchScript.plan().servers[0]))
        #expect(request.hasPrefix("GET /ws HTTP/1.1\r\nHost: localhost:8080\r\n") && request.hasSuffix("\r\n\r\n"))
        #expect(request.contains("Sec-WebSocket-Protocol: chat.v1\r\n"))
    }

    @Test func `an answer opens, in pieces too, and what follows it is kept`() {
        #expect(self.outcome(BenchScript.accepted + "rest", cuts: 1000) == .open(rest: ByteBuffer(string: "rest")))
        #expect(self.outcome(BenchScript.accepted, cuts: 7) == .open(rest: ByteBuffer()))
        #expect(self.outcome(BenchScript.accepted, cuts: 1) == .open(rest: ByteBuffer()))
    }

    @Test(arguments: [1, 7, 1000])
    func `a refusal is told with the server's words`(cuts: Int) {
        let body = #"{"error":{"code":"rate_limited","message":"too many connections"}}"#
        let answer = "HTTP/1.1 429 Too Many Requests\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        let refusal = BenchHandshake.Outcome.refused(status: 429, code: "rate_limited", reason: "too many connections")
        #expect(self.outcome(answer, cuts: cuts) == refusal)
    }

    @Test func `a refusal without a body is told when the server closes`() {
        var handshake = BenchHandshake()
        #expect(handshake.received(ByteBuffer(string: "HTTP/1.1 404 Not Found\r\n\r\n")) == nil)
        #expect(handshake.closed() == .refused(status: 404, code: nil, reason: "Not Found"))
        var silent = BenchHandshake()
        #expect(silent.closed() == .failed("the server closed the connection before its answer"))
    }

    @Test(arguments: [
        "SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: wrong\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n", String(repeating: "x", count: 20_000),
    ])
    func `what is no WebSocket server fails`(answer: String) {
        guard case .failed = self.outcome(answer, cuts: 100_000) else {
            Issue.record("it did not fail")
            return
        }
    }
}
