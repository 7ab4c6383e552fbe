import ChatDeflate
import NIOCore
import TestSupport
import Testing

@testable import ChatWebSocket

extension WebSocketMessage {
    /// The bytes of a message.
    fileprivate var count: Int {
        switch self {
        case .text(let bytes), .binary(let bytes), .ping(let bytes), .pong(let bytes): bytes.readableBytes
        case .close: 0
        }
    }
}

/// Compressed messages in frames (RFC 7692, sections 6 and 7.2).
@Suite(.patience)
struct CompressedMessageTests {
    /// "Hello", compressed (RFC 7692, section 7.2.3.1).
    private static let hello: [UInt8] = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]
    private let inflater: Inflater

    init() throws { self.inflater = try #require(Inflater()) }

    private func read(_ pieces: [[UInt8]], limit: Int = 1 << 16) throws(FrameError) -> [WebSocketMessage] {
        var decoder = FrameDecoder(role: .server, maximumMessageBytes: limit)
        var messages: [WebSocketMessage] = []
        for piece in pieces {
            decoder.append(ByteBuffer(bytes: piece))
            while let message = try decoder.next(inflater: self.inflater) { messages.append(message) }
        }
        return messages
    }

    private func refusal(_ bytes: [UInt8], limit: Int = 1 << 16) -> UInt16? {
        do {
            _ = try self.read([bytes], limit: limit)
            return nil
        } catch {
            #expect(error.reason.utf8.count <= 123)
            return error.closeCode
        }
    }

    @Test func `compressed and other messages come out the same`() throws {
        let bytes =
            Frames.frame(0xC1, Self.hello) + Frames.text("Hello") + Frames.frame(0xC2, Self.hello)
            + Frames.frame(0xC1, [0x00]) + Frames.frame(0xC1) + Frames.frame(0x81)
        let empty = WebSocketMessage.text("")
        #expect(
            try self.read([bytes]) == [
                .text("Hello"), .text("Hello"), .binary(Array("Hello".utf8)), empty, empty, empty,
            ]
        )
    }

    @Test func `only the first fragment says that the message is compressed`() throws {
        for split in 0...Self.hello.count {
            let (head, tail) = (Array(Self.hello[..<split]), Array(Self.hello[split...]))
            let bytes =
                Frames.frame(0x41, head) + Frames.frame(0x89, [0x31]) + Frames.frame(0x00) + Frames.frame(0x80, tail)
                + Frames.text("plain")
            #expect(try self.read([bytes]) == [.ping("1"), .text("Hello"), .text("plain")])
            #expect(try self.read(bytes.map { [$0] }) == [.ping("1"), .text("Hello"), .text("plain")])
            #expect(self.refusal(Frames.frame(0x41, head) + Frames.frame(0xC0, tail)) == 1002)
        }
    }

    @Test(arguments: [0xC8, 0xC9, 0xCA, 0xC0, 0x40, 0xE1, 0xD1, 0xF1, 0xA1, 0x91, 0xC3, 0xCB] as [UInt8])
    func `control frames, later fragments and unknown frames are never compressed`(first: UInt8) {
        #expect(self.refusal(Frames.frame(first)) == 1002)
        #expect(self.refusal(Frames.frame(0x41, Self.hello) + Frames.frame(first)) == 1002)
    }

    @Test func `without an agreement there are no compressed messages`() {
        #expect(FrameDecoder.refusal(of: Frames.frame(0xC1, Self.hello)) == 1002)
        #expect(FrameDecoder.refusal(of: Frames.frame(0x41)) == 1002)
    }

    @Test func `a compressed message never comes out as it came in`() throws {
        var decoder = FrameDecoder(role: .server, maximumMessageBytes: 100)
        decoder.append(ByteBuffer(bytes: Frames.frame(0x41, Self.hello)))
        #expect(try decoder.next(inflater: self.inflater) == nil)
        decoder.append(ByteBuffer(bytes: Frames.frame(0x80)))
        #expect(throws: FrameError.self) { try decoder.next() }
    }

    @Test func `a text is UTF-8 when it has been inflated`() throws {
        func stored(_ bytes: [UInt8]) -> [UInt8] {
            [0x00, UInt8(bytes.count), 0x00, ~UInt8(bytes.count), 0xFF] + bytes + [0x00]
        }
        #expect(try self.read([Frames.frame(0xC1, stored(Array("가👋".utf8)))]) == [.text("가👋")])
        for bad in [[0xC3, 0x28], [0xEA, 0xB0], [0xED, 0xA0, 0x80], [0xFF]] as [[UInt8]] {
            #expect(self.refusal(Frames.frame(0xC1, stored(bad))) == 1007)
            #expect(self.refusal(Frames.frame(0xC2, stored(bad))) == nil)
        }
    }

    @Test func `a message that is broken, too long or too dense is refused when it is whole`() throws {
        #expect(self.refusal(Frames.frame(0xC1, [0x07])) == 1007)
        #expect(self.refusal(Frames.frame(0x41, [0x07])) == nil)
        #expect(self.refusal(Frames.frame(0x41, [0x07]) + Frames.frame(0x80)) == 1007)
        #expect(self.refusal(Frames.frame(0xC1, Self.hello), limit: Self.hello.count) == nil)
        #expect(self.refusal(Frames.frame(0xC1, Self.hello), limit: Self.hello.count - 1) == 1009)
        let deflater = try #require(Deflater(window: 15))
        let blanks = try #require(deflater.deflate(ByteBuffer(repeating: 0x20, count: 40_000)))
        #expect(self.refusal(Frames.frame(0xC1, Array(blanks.readableBytesView))) == 1009)
        let marks = try #require(deflater.deflate(ByteBuffer(string: String(repeating: "abc ", count: 100))))
        #expect(self.refusal(Frames.frame(0xC1, Array(marks.readableBytesView)), limit: 399) == 1009)
        #expect(self.refusal(Frames.frame(0xC1, Array(marks.readableBytesView)), limit: 400) == nil)
    }

    // MARK: Memory

    /// The bytes that a reader holds: what came, and the message that is not whole yet.
    private func held(_ decoder: FrameDecoder) -> Int {
        func capacity(_ value: Any) -> Int {
            if let buffer = value as? ByteBuffer { return buffer.capacity }
            return Mirror(reflecting: value).children.map { capacity($0.value) }.reduce(0, +)
        }
        return Mirror(reflecting: decoder).children.map { capacity($0.value) }.reduce(0, +)
    }

    @Test func `a connection holds a compressed message while it comes, and nothing when it is idle`() throws {
        var decoder = FrameDecoder(role: .server, maximumMessageBytes: 1 << 16)
        var generator = SeededGenerator(5)
        let noise = (0..<60_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        for piece in stride(from: 0, to: noise.count, by: 1000) {
            let frame = Frames.frame(piece == 0 ? 0x41 : 0x00, Array(noise[piece..<(piece + 1000)]))
            decoder.append(ByteBuffer(bytes: frame))
            #expect(try decoder.next(inflater: self.inflater) == nil)
            #expect(self.held(decoder) <= 64 << 10)
        }
        #expect(self.held(decoder) >= 60_000)
        decoder = FrameDecoder(role: .server, maximumMessageBytes: 1 << 16)
        decoder.append(ByteBuffer(bytes: Frames.frame(0xC1, Self.hello)))
        #expect(try decoder.next(inflater: self.inflater) == .text("Hello"))
        #expect(try decoder.next(inflater: self.inflater) == nil)
        #expect(self.held(decoder) == 0)
    }

    // MARK: Writing

    private func read(_ frames: ByteBuffer) throws -> [WebSocketMessage] {
        var decoder = FrameDecoder(role: .client, maximumMessageBytes: 1 << 20)
        decoder.append(frames)
        var messages: [WebSocketMessage] = []
        while let message = try decoder.next(inflater: self.inflater) { messages.append(message) }
        return messages
    }

    @Test(arguments: Deflater.windows)
    func `frames with their messages compressed are the same messages, and shorter`(window: Int) throws {
        let deflater = try #require(Deflater(window: window))
        var generator = SeededGenerator(UInt64(window))
        for _ in 0..<20 {
            var frames = ByteBuffer()
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let sizes = [0, 5, 125, 126, 255, 256, 300, 2000, 65_535, 65_536, 70_000]
                let count = sizes.randomElement(using: &generator) ?? 0
                let bytes = (0..<count).map { _ in UInt8.random(in: 0x61...0x66, using: &generator) }
                FrameEncoder.write(.text, ByteBuffer(bytes: bytes), to: &frames)
            }
            guard let compressed = deflater.compress(frames) else {
                #expect(try self.read(frames).allSatisfy { !Deflater.sizes.contains($0.count) })
                continue
            }
            #expect(try self.read(compressed) == self.read(frames))
            #expect(compressed.readableBytes < frames.readableBytes)
        }
    }

    @Test func `a message that would not be shorter is written as it is`() throws {
        let deflater = try #require(Deflater(window: 12))
        var generator = SeededGenerator(3)
        let noise = ByteBuffer(bytes: (0..<500).map { _ in UInt8.random(in: 0...255, using: &generator) })
        var (plain, written) = (ByteBuffer(), ByteBuffer())
        FrameEncoder.write(.binary, noise, to: &plain)
        #expect(deflater.frame(.binary, noise) == nil)
        #expect(deflater.compress(plain) == nil)
        // Beside one that is compressed, it is as before.
        let words = ByteBuffer(string: String(repeating: "word ", count: 100))
        for message in [words, noise, words] { FrameEncoder.write(.binary, message, to: &written) }
        let compressed = try #require(deflater.compress(written))
        #expect(compressed.readableBytesView.count { $0 == 0xC2 } >= 2)
        #expect(compressed.readableBytes < noise.readableBytes + words.readableBytes)
        #expect(try self.read(compressed) == self.read(written))
    }

    @Test func `frames that cannot be read stay as they are, and none is dropped`() throws {
        let deflater = try #require(Deflater(window: 12))
        let words = ByteBuffer(string: String(repeating: "word ", count: 100))
        var (frames, masked) = (ByteBuffer(), ByteBuffer())
        for _ in 0..<2 { FrameEncoder.write(.text, words, to: &frames) }
        FrameEncoder.write(.text, words, mask: 1, to: &masked)
        for count in [1, 3, 100] {
            let cut = try #require(frames.getSlice(at: frames.readerIndex, length: frames.readableBytes - count))
            #expect(deflater.compress(cut) == nil)
        }
        #expect(deflater.compress(masked) == nil)
        let compressed = try #require(deflater.compress(frames))
        #expect(deflater.compress(compressed) == nil)
    }
}
