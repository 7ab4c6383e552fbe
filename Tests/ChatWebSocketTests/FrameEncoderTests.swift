import NIOCore
import Testing

@testable import ChatWebSocket

@Suite(.patience) struct FrameEncoderTests {
    private static let sizes = [
        0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 124, 125, 126, 127, 128, 65534, 65535, 65536, 65537, 100_000,
    ]

    private func payload(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 3) } }

    @Test(arguments: Self.sizes)
    func `a frame is as the standard has it`(count: Int) {
        let payload = self.payload(count)
        var buffer = ByteBuffer(string: "x")
        FrameEncoder.write(.binary, ByteBuffer(bytes: payload), to: &buffer)
        #expect(Array(buffer.readableBytesView.dropFirst()) == Frames.frame(0x82, payload, masked: false))
        var masked = ByteBuffer()
        FrameEncoder.write(.text, ByteBuffer(bytes: payload), mask: 0xFF00_A412, to: &masked)
        #expect(Array(masked.readableBytesView) == Frames.frame(0x81, payload, masked: true))
        #expect(masked.readableBytes - count <= FrameEncoder.maximumHeader)
    }

    @Test(arguments: Self.sizes, [nil, 0, 0x1234_5678, .max] as [UInt32?])
    func `what is written is read as the same`(count: Int, mask: UInt32?) throws {
        let payload = self.payload(count)
        var buffer = ByteBuffer()
        FrameEncoder.write(.binary, ByteBuffer(bytes: payload), mask: mask, to: &buffer)
        FrameEncoder.write(.ping, ByteBuffer(bytes: payload.prefix(125)), mask: mask, to: &buffer)
        let messages = try FrameDecoder.read(Array(buffer.readableBytesView), role: mask == nil ? .client : .server)
        #expect(messages == [.binary(payload), .ping(ByteBuffer(bytes: payload.prefix(125)))])
    }

    @Test func `a payload is not changed by being written`() {
        var payload = ByteBuffer(string: "xxhello")
        payload.moveReaderIndex(forwardBy: 2)
        var buffer = ByteBuffer()
        FrameEncoder.write(.text, payload, mask: 1, to: &buffer)
        FrameEncoder.write(.text, payload, to: &buffer)
        #expect(payload == ByteBuffer(string: "hello"))
        #expect(buffer.readableBytes == 11 + 7)
    }

    // MARK: Masking

    @Test func `a key turns with the bytes`() {
        let bytes = self.payload(64)
        for start in 0...20 {
            let expected = bytes.enumerated().map { $1 ^ Frames.mask[($0 + start) % 4] }
            var target = [UInt8](repeating: 0, count: bytes.count)
            bytes.withUnsafeBytes { source in
                target.withUnsafeMutableBytes {
                    Masking.copy(source, to: $0, mask: Masking.turn(0xFF00_A412, by: start))
                }
            }
            #expect(target == expected)
        }
    }

    // MARK: Close

    private func close(_ frame: CloseFrame, mask: UInt32? = nil) throws -> CloseFrame? {
        var buffer = ByteBuffer()
        FrameEncoder.writeClose(frame, mask: mask, to: &buffer)
        #expect(buffer.readableBytes <= 125 + (mask == nil ? 2 : 6))
        let messages = try FrameDecoder.read(Array(buffer.readableBytesView), role: mask == nil ? .client : .server)
        guard case .close(let read) = messages.first, messages.count == 1 else { return nil }
        return read
    }

    @Test(arguments: [
        CloseFrame(code: nil, reason: ""), CloseFrame(code: 1000, reason: ""),
        CloseFrame(code: 4000, reason: "slow consumer"),
        CloseFrame(code: 1001, reason: "안녕 👋"), CloseFrame(code: 1001, reason: String(repeating: "a", count: 123)),
    ])
    func `a close is read as it was written`(frame: CloseFrame) throws {
        #expect(try self.close(frame) == frame)
        #expect(try self.close(frame, mask: 0xDEAD_BEEF) == frame)
    }

    @Test func `a close without a code has no reason`() throws {
        #expect(try self.close(CloseFrame(code: nil, reason: "x")) == CloseFrame(code: nil, reason: ""))
    }

    @Test(arguments: ["a", "é", "가", "👋", "👋🏽", "👨‍👩‍👧‍👦", "e\u{301}", "🇰🇷"])
    func `a reason is cut between characters`(character: String) throws {
        for padding in 0...8 {
            let start = String(repeating: "-", count: padding)
            let reason = start + String(repeating: character, count: 60 + 120 / character.utf8.count)
            let read = try #require(try self.close(CloseFrame(code: 4000, reason: reason)))
            let fitting = (123 - padding) / character.utf8.count
            #expect(read.reason == start + String(repeating: character, count: fitting))
        }
    }

    @Test func `a reason of one endless character is cut as well`() throws {
        let reason = "a" + String(repeating: "\u{301}", count: 1000)
        let read = try #require(try self.close(CloseFrame(code: 4000, reason: reason)))
        #expect(read.code == 4000)
        #expect(reason.hasPrefix(read.reason) || read.reason.isEmpty)
    }
}
