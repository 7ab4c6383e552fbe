import NIOCore
import Testing

@testable import ChatWebSocket

/// Each way to break RFC 6455 is answered by its close code.
@Suite(.patience) struct FrameViolationTests {
    private static let medium = [UInt8](repeating: 0x61, count: 126)

    @Test(arguments: [
        // Reserved bits, with no extension that gives them a meaning.
        Frames.frame(0xC1), Frames.frame(0xA1), Frames.frame(0x91), Frames.frame(0xF1), Frames.frame(0xC9),
        Frames.frame(0x40),
        // Opcodes that mean nothing.
        Frames.frame(0x83), Frames.frame(0x84), Frames.frame(0x85), Frames.frame(0x86), Frames.frame(0x87),
        Frames.frame(0x8B),
        Frames.frame(0x8C), Frames.frame(0x8D), Frames.frame(0x8E), Frames.frame(0x8F),
        // Control frames in pieces.
        Frames.frame(0x08), Frames.frame(0x09), Frames.frame(0x0A),
        // Control frames that are too long.
        Frames.frame(0x88, Self.medium), Frames.frame(0x89, Self.medium), Frames.frame(0x8A, Self.medium),
        Frames.header(0x89, length: 126, form: .medium), Frames.header(0x89, length: 1 << 40, form: .long),
        // Fragments out of turn.
        Frames.frame(0x80), Frames.frame(0x00), Frames.text("a") + Frames.frame(0x80),
        Frames.frame(0x01) + Frames.frame(0x81),
        Frames.frame(0x01) + Frames.frame(0x02), Frames.frame(0x02) + Frames.frame(0x82),
        Frames.frame(0x01) + Frames.frame(0x80) + Frames.frame(0x80),
        Frames.frame(0x01) + Frames.frame(0x89) + Frames.frame(0x81),
        // A close with half a code.
        Frames.frame(0x88, [0x03]),
        // The highest bit of a length.
        Frames.header(0x82, length: 1 << 63, form: .long), Frames.header(0x82, length: .max, form: .long),
    ])
    func `a protocol error is answered by 1002`(bytes: [UInt8]) {
        #expect(FrameDecoder.refusal(of: bytes) == 1002)
        // So it is after a message that was right, and with more behind it.
        #expect(FrameDecoder.refusal(of: Frames.text("fine") + bytes + Frames.text("late")) == 1002)
    }

    @Test func `a client's frames are masked, a server's are not`() throws {
        for first in [0x81, 0x82, 0x88, 0x89, 0x8A] as [UInt8] {
            #expect(FrameDecoder.refusal(of: Frames.frame(first, masked: false)) == 1002)
            #expect(FrameDecoder.refusal(of: Frames.frame(first, masked: true), role: .client) == 1002)
            #expect(FrameDecoder.refusal(of: Frames.frame(first, masked: true)) == nil)
            #expect(FrameDecoder.refusal(of: Frames.frame(first, masked: false), role: .client) == nil)
        }
    }

    @Test func `a header is refused before the rest has come`() {
        #expect(FrameDecoder.refusal(of: [0xC1, 0x80]) == 1002)
        #expect(FrameDecoder.refusal(of: [0x81, 0x7F]) == 1002)
        #expect(FrameDecoder.refusal(of: [0x89, 0xFE, 0x00, 0x7E]) == 1002)
        #expect(FrameDecoder.refusal(of: [0x80, 0x81]) == 1002)
        #expect(FrameDecoder.refusal(of: [0x82, 0xFE, 0x00, 0xFF], limit: 200) == 1009)
    }

    @Test(arguments: [
        Frames.frame(0x82, [1, 2, 3], form: .medium), Frames.frame(0x82, [1, 2, 3], form: .long),
        Frames.frame(0x82, [UInt8](repeating: 0, count: 125), form: .medium),
        Frames.frame(0x82, [UInt8](repeating: 0, count: 65535), form: .long), Frames.frame(0x89, [], form: .medium),
    ])
    func `a length that is not written in the shortest way is answered by 1002`(bytes: [UInt8]) {
        // RFC 6455, section 5.2: the minimal number of bytes must be used to encode the length.
        #expect(FrameDecoder.refusal(of: bytes) == 1002)
    }

    // MARK: Limit

    @Test func `a message that is too big is answered by 1009, before it has come`() {
        let payload = [UInt8](repeating: 0x61, count: 1000)
        #expect(FrameDecoder.refusal(of: Frames.frame(0x81, payload), limit: 1000) == nil)
        #expect(FrameDecoder.refusal(of: Frames.frame(0x81, payload), limit: 999) == 1009)
        #expect(FrameDecoder.refusal(of: Frames.header(0x81, length: 1001, form: .medium), limit: 1000) == 1009)
        #expect(FrameDecoder.refusal(of: Frames.header(0x82, length: 1 << 20, form: .long), limit: 1000) == 1009)
    }

    @Test(arguments: [1 << 31, 1 << 32, 1 << 40, 1 << 62, (1 << 63) - 1] as [UInt64])
    func `a message that is bigger than any memory is too big as well`(length: UInt64) {
        #expect(FrameDecoder.refusal(of: Frames.header(0x82, length: length, form: .long)) == 1009)
        let second = Frames.frame(0x02, [1]) + Frames.header(0x80, length: length, form: .long)
        #expect(FrameDecoder.refusal(of: second) == 1009)
    }

    @Test func `the limit is one of all fragments together`() {
        let fragments = Frames.frame(0x01, Array("aaaa".utf8)) + Frames.frame(0x00, Array("bbbb".utf8))
        #expect(FrameDecoder.refusal(of: fragments + Frames.frame(0x80, Array("cc".utf8)), limit: 10) == nil)
        #expect(FrameDecoder.refusal(of: fragments + Frames.frame(0x80, Array("ccc".utf8)), limit: 10) == 1009)
        #expect(FrameDecoder.refusal(of: fragments + Frames.header(0x00, length: 3, form: .short), limit: 10) == 1009)
        // The next message begins from nothing, and control frames do not count.
        let twice =
            Frames.frame(0x01, Array("aaaa".utf8)) + Frames.frame(0x89, Array("0123456789ab".utf8))
            + Frames.frame(0x80, Array("bbbb".utf8))
        #expect(FrameDecoder.refusal(of: twice + twice, limit: 8) == nil)
    }

    // MARK: UTF-8

    @Test(
        arguments: [
            [0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xED, 0xA0, 0x80], [0xE0, 0x9F, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF4, 0x90], [0xF5], [0xFF], [0x61, 0xC3, 0x28],
            [0xCE, 0xBA, 0xE1, 0xBD, 0xB9, 0xCF, 0x83, 0xCE, 0xBC, 0xCE, 0xB5, 0xED, 0xA0, 0x80],
        ] as [[UInt8]]
    )
    func `a text that is not UTF-8 is answered by 1007, at the byte that is wrong`(payload: [UInt8]) {
        #expect(FrameDecoder.refusal(of: Frames.frame(0x81, payload)) == 1007)
        #expect(FrameDecoder.refusal(of: Frames.frame(0x82, payload)) == nil)
        // The frame says that more follows, and nothing does.
        let begun = Frames.frame(0x81, payload + [UInt8](repeating: 0x61, count: 100)).dropLast(100)
        #expect(FrameDecoder.refusal(of: Array(begun)) == 1007)
        for split in 0..<payload.count {
            let bytes =
                Frames.frame(0x01, Array(payload[..<split])) + Frames.frame(0x89)
                + Frames.frame(0x00, Array(payload[split...]))
            #expect(FrameDecoder.refusal(of: bytes) == 1007)
        }
    }

    @Test(arguments: [[0xC3], [0xEA, 0xB0], [0xF0, 0x9F, 0x91], [0x61, 0xF4]] as [[UInt8]])
    func `a text that ends within a character is answered by 1007`(payload: [UInt8]) {
        #expect(FrameDecoder.refusal(of: Frames.frame(0x81, payload)) == 1007)
        #expect(FrameDecoder.refusal(of: Frames.frame(0x01, payload)) == nil)
        #expect(FrameDecoder.refusal(of: Frames.frame(0x01, payload) + Frames.frame(0x80)) == 1007)
        #expect(FrameDecoder.refusal(of: Frames.frame(0x01, payload) + Frames.frame(0x80, [0x61])) == 1007)
        #expect(FrameDecoder.refusal(of: Frames.frame(0x88, [0x03, 0xE8] + payload)) == 1007)
    }

    @Test func `a character of one message does not reach into the next`() throws {
        let bytes =
            Frames.text("a가") + Frames.frame(0x01, [0xEA]) + Frames.frame(0x80, [0xB0, 0x80])
            + Frames.frame(0x81, [0x80])
        #expect(FrameDecoder.refusal(of: bytes) == 1007)
    }
}
