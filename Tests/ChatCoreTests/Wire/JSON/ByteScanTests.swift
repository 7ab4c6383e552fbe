import TestSupport
import Testing

@testable import ChatCore

/// Eight or 32 bytes at a time find what one at a time would, at every place of a text.
@Suite(.patience) struct ByteScanTests {
    private func scan<Result>(_ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        bytes.withUnsafeBytes(body)
    }

    @Test(arguments: [0, 1, 7, 8, 9, 16, 19, 32, 47, 71])
    func `every byte is judged alike wherever it stands`(count: Int) {
        for byte in UInt8.min...UInt8.max {
            for place in 0..<count {
                var bytes = [UInt8](repeating: UInt8(ascii: "x"), count: count)
                bytes[place] = byte
                let isPlain = byte >= 0x20 && ![0x22, 0x5C, 0x7F].contains(byte)
                #expect(self.scan(bytes, ByteScan.plainPrefix) == (isPlain ? count : place))
                #expect(self.scan(bytes, ByteScan.isUTF8) == (byte < 0x80))
                #expect(self.scan(bytes, ByteScan.isPrintable) == (0x20...0x7E).contains(byte))
            }
        }
        let plain = [UInt8](repeating: UInt8(ascii: "x"), count: count)
        #expect(self.scan(plain, ByteScan.plainPrefix) == count)
    }

    @Test(arguments: SeededGenerator.seeds)
    func `bytes beside each other do not disturb the judgement`(seed: UInt64) {
        var generator = SeededGenerator(seed)
        for _ in 0..<2000 {
            let count = Int.random(in: 0...40, using: &generator)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0x1E...0x81, using: &generator) }
            let plain = bytes.prefix { $0 >= 0x20 && ![0x22, 0x5C, 0x7F].contains($0) }.count
            #expect(self.scan(bytes, ByteScan.plainPrefix) == plain)
            #expect(self.scan(bytes, ByteScan.isUTF8) == bytes.allSatisfy { $0 < 0x80 })
            #expect(self.scan(bytes, ByteScan.isPrintable) == bytes.allSatisfy { (0x20...0x7E).contains($0) })
        }
    }

    @Test(arguments: SeededGenerator.seeds)
    func `long texts with few odd bytes are judged like short ones`(seed: UInt64) {
        var generator = SeededGenerator(seed)
        let odd = ["\"", "\\", "\n", "\u{7F}", "é", "가", "🙂"]
        let pieces = odd.map { Array($0.utf8) } + [[0x80], [0xED, 0xA0, 0x80]]
        for _ in 0..<500 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...4, using: &generator) {
                bytes += [UInt8](repeating: UInt8(ascii: "x"), count: Int.random(in: 0...70, using: &generator))
                bytes += pieces.randomElement(using: &generator) ?? []
            }
            let plain = bytes.prefix { $0 >= 0x20 && ![0x22, 0x5C, 0x7F].contains($0) }.count
            #expect(self.scan(bytes, ByteScan.plainPrefix) == plain)
            #expect(self.scan(bytes, ByteScan.isUTF8) == (String(validating: bytes, as: UTF8.self) != nil))
        }
    }
}
