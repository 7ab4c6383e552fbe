import NIOCore
import Testing

@testable import ChatWebSocket

@Suite(.patience) struct FrameDecoderTests {
    private static let hello = Array("Hello, 래블업 👋".utf8)

    @Test(arguments: [0, 1, 3, 4, 5, 7, 8, 9, 124, 125, 126, 127, 1000, 65534, 65535, 65536, 65537, 200_000])
    func `a message of any length is read`(count: Int) throws {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        #expect(try FrameDecoder.read(Frames.frame(0x82, payload)) == [.binary(payload)])
        #expect(try FrameDecoder.read(Frames.frame(0x82, payload, masked: false), role: .client) == [.binary(payload)])
        let text = [UInt8](repeating: 0x61, count: count)
        #expect(try FrameDecoder.read(Frames.frame(0x81, text)) == [.text(ByteBuffer(bytes: text))])
    }

    @Test(arguments: [
        (0, true), (5, true), (126, true), (300, true), (65536, true), (0, false), (126, false), (300, false),
    ])
    func `a frame may be split at every byte`(count: Int, masked: Bool) throws {
        let payload = (0..<count).map { UInt8($0 % 251) }
        let bytes = Frames.frame(0x82, payload, masked: masked) + Frames.frame(0x89, [0x70], masked: masked)
        let splits = count < 1000 ? Array(0...bytes.count) : Array(0...20) + Array(bytes.count - 20...bytes.count)
        for split in splits {
            var decoder = FrameDecoder(role: masked ? .server : .client, maximumMessageBytes: 1 << 20)
            let messages = try decoder.feed(bytes[..<split]) + decoder.feed(bytes[split...])
            #expect(messages == [.binary(payload), .ping("p")], "split at \(split)")
        }
    }

    @Test func `a frame may come byte by byte`() throws {
        var decoder = FrameDecoder(role: .server, maximumMessageBytes: 1000)
        var messages: [WebSocketMessage] = []
        let bytes =
            Frames.frame(0x81, Self.hello) + Frames.frame(0x89) + Frames.frame(0x01, Self.hello)
            + Frames.frame(0x8A, [0x71])
            + Frames.frame(0x80, Self.hello) + Frames.frame(0x88, [0x03, 0xE8])
        for byte in bytes { messages += try decoder.feed([byte]) }
        let text = WebSocketMessage.text(ByteBuffer(bytes: Self.hello))
        let joined = WebSocketMessage.text(ByteBuffer(bytes: Self.hello + Self.hello))
        #expect(messages == [text, .ping(""), .pong("q"), joined, .close(CloseFrame(code: 1000, reason: ""))])
    }

    @Test func `several messages may come in one piece`() throws {
        let bytes = (0..<50).flatMap { Frames.text("message \($0)") }
        #expect(try FrameDecoder.read(bytes) == (0..<50).map { .text("message \($0)") })
    }

    @Test func `bytes may lie anywhere in a buffer`() throws {
        var buffer = ByteBuffer(string: "GET / HTTP/1.1")
        buffer.moveReaderIndex(forwardBy: 14)
        buffer.writeBytes(Frames.text("one") + Frames.text("two"))
        var decoder = FrameDecoder(role: .server, maximumMessageBytes: 100)
        decoder.append(buffer)
        #expect(try decoder.next() == .text("one"))
        decoder.append(ByteBuffer(bytes: Frames.text("three")))
        #expect(try decoder.next() == .text("two"))
        #expect(try decoder.next() == .text("three"))
        #expect(try decoder.next() == nil)
        #expect(try decoder.next() == nil)
    }

    // MARK: Fragments

    @Test func `fragments are joined, and control frames may stand between them`() throws {
        let bytes =
            Frames.frame(0x01, Array("Hel".utf8)) + Frames.frame(0x89, [0x31]) + Frames.frame(0x00, Array("lo".utf8))
            + Frames.frame(0x8A, [0x32]) + Frames.frame(0x00) + Frames.frame(0x89) + Frames.frame(0x80, Array("!".utf8))
            + Frames.frame(0x82, [7])
        #expect(
            try FrameDecoder.read(bytes)
                == [.ping("1"), .pong("2"), .ping(""), .text("Hello!"), .binary([7])]
        )
    }

    @Test func `a close may come within a message`() throws {
        let bytes = Frames.frame(0x01, [0x61]) + Frames.frame(0x88, [0x03, 0xE9] + Array("bye 👋".utf8))
        #expect(try FrameDecoder.read(bytes) == [.close(CloseFrame(code: 1001, reason: "bye 👋"))])
    }

    @Test func `a message may be split between fragments at every byte`() throws {
        for split in 0...Self.hello.count {
            let bytes =
                Frames.frame(0x01, Array(Self.hello[..<split])) + Frames.frame(0x80, Array(Self.hello[split...]))
            #expect(try FrameDecoder.read(bytes) == [.text(ByteBuffer(bytes: Self.hello))])
            let binary =
                Frames.frame(0x02, Array(Self.hello[..<split])) + Frames.frame(0x80, Array(Self.hello[split...]))
            #expect(try FrameDecoder.read(binary) == [.binary(Self.hello)])
        }
    }

    @Test func `a message of nothing but empty fragments is empty`() throws {
        let bytes = Frames.frame(0x01) + Frames.frame(0x00) + Frames.frame(0x00) + Frames.frame(0x80)
        #expect(try FrameDecoder.read(bytes) == [.text("")])
    }

    // MARK: Close

    @Test func `an empty close has no code`() throws {
        #expect(try FrameDecoder.read(Frames.frame(0x88)) == [.close(CloseFrame(code: nil, reason: ""))])
    }

    @Test func `a close has a code that may stand there, and no other`() {
        for code in 0...UInt16.max {
            let isValid: Bool =
                switch code {
                case 1000...1003, 1007...1014, 3000...4999: true
                default: false
                }
            guard CloseFrame.isValid(code) != isValid else { continue }
            Issue.record("\(code)")
        }
        for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535] as [UInt16] {
            let payload = [UInt8(code >> 8), UInt8(code & 0xFF)]
            #expect(FrameDecoder.refusal(of: Frames.frame(0x88, payload)) == 1002)
        }
    }

    @Test func `a reason may be as long as fits`() throws {
        let reason = String(repeating: "가", count: 41)
        let messages = try FrameDecoder.read(Frames.frame(0x88, [0x0F, 0xA0] + Array(reason.utf8)))
        #expect(messages == [.close(CloseFrame(code: 4000, reason: reason))])
    }

    // MARK: Memory

    @Test func `what has been read does not pile up`() throws {
        // Every piece ends within the header of the next frame, so that the reader is never quite done.
        let frame = Frames.frame(0x82, [UInt8](repeating: 1, count: 4096))
        var decoder = FrameDecoder(role: .server, maximumMessageBytes: 1 << 16)
        _ = try decoder.feed(frame[..<1])
        for _ in 0..<500 { #expect(try decoder.feed(frame[1...] + frame[..<1]).count == 1) }
        let input = Mirror(reflecting: decoder).children.first { $0.label == "input" }?.value
        let buffer = try #require(input as? ByteBuffer)
        #expect(buffer.readableBytes == 1)
        #expect(buffer.capacity <= 64 * 1024)
    }

    @Test func `an idle reader holds no bytes`() throws {
        var decoder = FrameDecoder(role: .server, maximumMessageBytes: 1 << 20)
        _ = try decoder.feed(Frames.frame(0x82, [UInt8](repeating: 1, count: 500_000)))
        let input = Mirror(reflecting: decoder).children.first { $0.label == "input" }?.value
        #expect(try #require(input as? ByteBuffer).capacity == 0)
    }
}
