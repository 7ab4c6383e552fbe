import NIOCore
import TestSupport
import Testing

@testable import ChatDeflate

/// Inflating as RFC 7692, section 7.2.2, has it, and refusing what would cost too much.
@Suite(.patience)
struct InflaterTests {
    private let inflater: Inflater

    init() throws { self.inflater = try #require(Inflater()) }

    private func inflate(_ bytes: [UInt8], limit: Int = 1 << 16) throws(Inflater.Fault) -> [UInt8] {
        Array(try self.inflater.inflate(ByteBuffer(bytes: bytes), limit: limit).readableBytesView)
    }

    private func fault(_ bytes: [UInt8], limit: Int = 1 << 16) -> Inflater.Fault? {
        do {
            _ = try self.inflate(bytes, limit: limit)
            return nil
        } catch {
            return error
        }
    }

    private func compressed(_ bytes: [UInt8], window: Int = 15) throws -> [UInt8] {
        let deflater = try #require(Deflater(window: window))
        return Array(try #require(deflater.deflate(ByteBuffer(bytes: bytes))).readableBytesView)
    }

    // MARK: What is valid

    /// The examples of RFC 7692, section 7.2.3.
    @Test(
        arguments: [
            [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00],
            [0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00],
            [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00],
            [0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00],
            // A block that says that it is the last one, and nothing after it.
            [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00],
        ] as [[UInt8]]
    )
    func `the examples of the standard are read`(bytes: [UInt8]) throws {
        #expect(try self.inflate(bytes) == Array("Hello".utf8))
    }

    @Test func `an empty message is one block without anything, or nothing at all`() throws {
        #expect(try self.inflate([0x00]) == [])
        #expect(try self.inflate([0x02, 0x00]) == [])
        #expect(try self.inflate([]) == [])
    }

    @Test func `data that end several times go on`() throws {
        var writer = BitWriter()
        writer.putStored(Array("Hel".utf8), isLast: true)
        writer.putStored(Array("lo".utf8), isLast: true)
        #expect(try self.inflate(writer.bytes) == Array("Hello".utf8))
        writer.putEnd()
        #expect(try self.inflate(writer.bytes) == Array("Hello".utf8))
    }

    @Test(arguments: Deflater.windows)
    func `what is compressed with any window is inflated to the same`(window: Int) throws {
        var generator = SeededGenerator(UInt64(window))
        for count in [256, 300, 1000, 5000, 40_000, 65_535, 65_536] {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0x61...0x6A, using: &generator) }
            #expect(try self.inflate(try self.compressed(bytes, window: window)) == bytes)
        }
    }

    @Test func `no message knows anything of the one before`() throws {
        let bytes = Array(String(repeating: "once and again, ", count: 40).utf8)
        let message = try self.compressed(bytes)
        for _ in 0..<3 {
            #expect(try self.inflate(message) == bytes)
            #expect(self.fault([0xFF]) == .broken)
        }
        // "Hello" by a reference to the message before, as in RFC 7692, section 7.2.3.2.
        #expect(try self.inflate([0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]) == Array("Hello".utf8))
        #expect(self.fault([0xF2, 0x00, 0x11, 0x00, 0x00]) == .broken)
    }

    // MARK: What is broken

    @Test func `a message that was cut anywhere is refused`() throws {
        let bytes = (0..<3000).map { UInt8(truncatingIfNeeded: $0 * $0 / 7) }
        let message = try self.compressed(bytes)
        for count in 1..<message.count where self.fault(Array(message[..<count])) != .broken {
            Issue.record("the first \(count) of \(message.count) bytes")
        }
        #expect(try self.inflate(message) == bytes)
    }

    @Test(
        arguments: [
            [0x06], [0x07], [0xFF], [0xFF, 0xFF, 0xFF], [0x00, 0x05, 0x00, 0x05, 0x00], [0x00, 0x00],
            [0x00, 0x00, 0x00],
            [0x04, 0x00], [0x02],
        ] as [[UInt8]]
    )
    func `bytes that are no deflate data are refused`(bytes: [UInt8]) {
        #expect(self.fault(bytes) == .broken)
    }

    @Test func `bytes behind the end of a message are refused`() {
        let hello: [UInt8] = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]
        #expect(self.fault(hello + [0x00]) == .broken)
        #expect(self.fault(hello + [0x00, 0x00, 0xFF, 0xFE]) == .broken)
        #expect(self.fault(hello + Array("garbage".utf8)) == .broken)
        #expect(self.fault([0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x07]) == .broken)
    }

    @Test(arguments: SeededGenerator.seeds)
    func `random and changed bytes are read or refused`(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        let message = try self.compressed((0..<2000).map { UInt8(truncatingIfNeeded: $0 / 3) })
        for _ in 0..<2000 {
            var bytes = message
            if Bool.random(using: &generator) {
                bytes = (0..<Int.random(in: 0...80, using: &generator)).map { _ in
                    .random(in: 0...255, using: &generator)
                }
            } else {
                bytes[.random(in: bytes.indices, using: &generator)] ^= 1 << UInt8.random(in: 0...7, using: &generator)
            }
            guard let inflated = try? self.inflate(bytes, limit: 5000) else { continue }
            #expect(inflated.count <= 5000)
        }
    }

    // MARK: What would cost too much

    @Test func `a message has at most as many bytes as the limit`() throws {
        var writer = BitWriter()
        let bytes = [UInt8](repeating: 0x61, count: 1000)
        for _ in 0..<10 { writer.putStored(bytes) }
        writer.putEnd()
        #expect(try self.inflate(writer.bytes, limit: 10_000).count == 10_000)
        #expect(self.fault(writer.bytes, limit: 9_999) == .tooLong)
        #expect(self.fault(writer.bytes, limit: 0) == .tooLong)
    }

    @Test func `a bomb is refused before it is inflated`() throws {
        // Sixteen KiB may come from a few bytes.
        let free = try self.compressed([UInt8](repeating: 0x20, count: Inflater.free))
        #expect(free.count < 64)
        #expect(try self.inflate(free).count == Inflater.free)
        // More may not: 64 KiB of blanks are some eighty bytes.
        let bomb = try self.compressed([UInt8](repeating: 0x20, count: 1 << 16))
        #expect(self.fault(bomb) == .tooDense)
        #expect(self.fault(bomb, limit: 1 << 30) == .tooDense)
        #expect(self.fault(bomb, limit: 20_000) == .tooDense)
        #expect(self.fault(bomb, limit: Inflater.free) == .tooLong)
    }

    @Test func `a message is as dense as allowed, and no denser`() throws {
        let blanks = try self.compressed([UInt8](repeating: 0x20, count: 60_000))
        /// So many bytes as they are, and the blanks.
        func message(_ count: Int) -> [UInt8] {
            var writer = BitWriter()
            writer.putStored([UInt8](repeating: 0x61, count: count))
            return writer.bytes + blanks
        }
        let count = try #require((0..<1000).first { $0 + 60_000 <= message($0).count * Inflater.ratio })
        #expect(count > 0)
        #expect(try self.inflate(message(count)).count == count + 60_000)
        #expect(self.fault(message(count - 1)) == .tooDense)
    }

    /// The reader works a hundred times as long for the header of a block as for a byte.
    @Test func `a message has no more blocks than a compressor makes`() throws {
        func message(blocks: Int) -> [UInt8] {
            var writer = BitWriter()
            for _ in 0..<blocks { writer.putEmptyFixed() }
            writer.putEnd()
            return writer.bytes
        }
        #expect(try self.inflate(message(blocks: Inflater.freeBlocks)) == [])
        #expect(self.fault(message(blocks: Inflater.freeBlocks + 1)) == .tooManyBlocks)
        #expect(self.fault(message(blocks: 50_000)) == .tooManyBlocks)
        // A block that ends the data is one block.
        func ends(_ count: Int) -> [UInt8] { (0..<count).flatMap { _ in [0x03, 0x00] as [UInt8] } }
        #expect(try self.inflate(ends(Inflater.freeBlocks)) == [])
        #expect(self.fault(ends(Inflater.freeBlocks + 1)) == .tooManyBlocks)
        #expect(self.fault(ends(50_000)) == .tooManyBlocks)
        // Longer ones may have more.
        var writer = BitWriter()
        for _ in 0..<200 { writer.putStored([UInt8](repeating: 0x61, count: 300)) }
        writer.putEnd()
        #expect(try self.inflate(writer.bytes).count == 60_000)
    }
}
