import NIOCore
import TestSupport
import Testing

@testable import ChatDeflate

@Suite(.patience)
struct DeflaterTests {
    private func text(_ count: Int) -> ByteBuffer {
        ByteBuffer(bytes: (0..<count).map { UInt8(0x61 + $0 * $0 % 7) })
    }

    @Test func `windows are those that zlib can write`() {
        for window in 0...20 { #expect((Deflater(window: window) != nil) == (9...15).contains(window)) }
        #expect(Deflater(window: -9) == nil)
        #expect(Deflater(window: .max) == nil)
    }

    @Test func `short and very long messages stay as they are`() throws {
        let deflater = try #require(Deflater(window: 12))
        for count in [0, 1, Deflater.sizes.lowerBound - 1, Deflater.sizes.upperBound + 1, 1 << 20] {
            #expect(deflater.deflate(self.text(count)) == nil)
        }
        #expect(deflater.deflate(self.text(Deflater.sizes.lowerBound)) != nil)
        #expect(deflater.deflate(self.text(Deflater.sizes.upperBound)) != nil)
    }

    @Test func `a message that would not be shorter stays as it is`() throws {
        let deflater = try #require(Deflater(window: 12))
        var generator = SeededGenerator(1)
        for count in [256, 300, 1000, 20_000] {
            let noise = ByteBuffer(bytes: (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
            #expect(deflater.deflate(noise) == nil)
        }
    }

    @Test func `the same message gives the same bytes, whatever came before it`() throws {
        let deflater = try #require(Deflater(window: 12))
        let message = self.text(500)
        let compressed = try #require(deflater.deflate(message))
        _ = deflater.deflate(self.text(9000))
        var generator = SeededGenerator(2)
        _ = deflater.deflate(ByteBuffer(bytes: (0..<900).map { _ in UInt8.random(in: 0...255, using: &generator) }))
        #expect(deflater.deflate(message) == compressed)
        #expect(try #require(Deflater(window: 12)).deflate(message) == compressed)
        #expect(compressed.readableBytes < 400)
        #expect(message == self.text(500))
    }

    @Test func `what was compressed stays what it is while more is compressed`() throws {
        let deflater = try #require(Deflater(window: 9))
        let first = try #require(deflater.deflate(self.text(500)))
        let copy = Array(first.readableBytesView)
        _ = deflater.deflate(self.text(8000))
        #expect(Array(first.readableBytesView) == copy)
    }

    @Test func `a file is zipped and has gzip's header`() throws {
        let zipped = try #require(Gzip.compress(self.text(5000)))
        #expect(zipped.readableBytes < 1000)
        #expect(zipped.getBytes(at: zipped.readerIndex, length: 3) == [0x1F, 0x8B, 8])
    }
}
