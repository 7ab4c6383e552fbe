import TestSupport
import Testing

@testable import ChatWebSocket

@Suite(.patience) struct UTF8ValidatorTests {
    /// The first and last bytes of every row of table 3-7 of the Unicode standard, and their neighbours.
    private static let edges: [UInt8] = [
        0x00, 0x61, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE,
        0xEF, 0xF0, 0xF1,
        0xF3, 0xF4, 0xF5, 0xFF,
    ]

    /// Whether bytes are valid when they come in these pieces.
    private func isValid(_ bytes: [UInt8], splits: [Int] = []) -> Bool {
        var validator = UTF8Validator()
        return bytes.withUnsafeBytes { buffer in
            var start = 0
            for end in splits + [bytes.count] {
                guard validator.feed(buffer[start..<end]) else { return false }
                start = end
            }
            return validator.isComplete
        }
    }

    private func check(_ bytes: [UInt8]) {
        let expected = String(validating: bytes, as: UTF8.self) != nil
        if self.isValid(bytes) != expected { Issue.record("\(bytes)") }
        for split in 0...bytes.count where self.isValid(bytes, splits: [split]) != expected {
            Issue.record("\(bytes), split at \(split)")
        }
    }

    @Test func `every sequence of one and two bytes is judged right`() {
        for first in 0...UInt8.max {
            self.check([first])
            for second in 0...UInt8.max
            where self.isValid([first, second]) != (String(validating: [first, second], as: UTF8.self) != nil) {
                Issue.record("\(first) \(second)")
            }
        }
    }

    @Test func `every sequence of three bytes at the edges is judged right`() {
        for first in Self.edges {
            for second in Self.edges { for third in Self.edges { self.check([first, second, third]) } }
        }
    }

    @Test(arguments: [0x61, 0xC2, 0xE0, 0xED, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5] as [UInt8])
    func `every sequence of four bytes at the edges is judged right`(first: UInt8) {
        let inner: [UInt8] = [0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xF0]
        for second in inner {
            for third in inner { for fourth in inner { self.check([first, second, third, fourth]) } }
        }
    }

    @Test func `a fault is found at the byte where it is`() {
        for bytes in [
            [0xC0], [0xC1], [0xF5], [0x80], [0xE0, 0x9F], [0xED, 0xA0], [0xF0, 0x8F], [0xF4, 0x90], [0xC2, 0x61],
        ] as [[UInt8]] {
            var validator = UTF8Validator()
            let isGood = bytes.withUnsafeBytes { buffer in
                #expect(validator.feed(buffer[0..<bytes.count - 1]) == true)
                return validator.feed(buffer[(bytes.count - 1)...])
            }
            #expect(!isGood, "\(bytes)")
        }
    }

    @Test func `a long run of ASCII does not hide what stands in it`() {
        for place in 0..<40 {
            var bytes = [UInt8](repeating: 0x61, count: 40)
            bytes[place] = 0x80
            self.check(bytes)
            bytes.replaceSubrange(place...place, with: Array("가".utf8))
            self.check(bytes)
        }
    }

    @Test(arguments: SeededGenerator.seeds)
    func `random text is judged alike in any pieces`(seed: UInt64) {
        var generator = SeededGenerator(seed)
        let characters = [
            "a", "bcdefghijk", "é", "가", "👋", "\u{10FFFF}", "\u{FFFF}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}",
        ]
        for _ in 0..<800 {
            let count = Int.random(in: 0...20, using: &generator)
            var bytes = Array(
                (0..<count).map { _ in characters[Int.random(in: 0..<characters.count, using: &generator)] }.joined()
                    .utf8
            )
            if !bytes.isEmpty, Bool.random(using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                if Bool.random(using: &generator) {
                    bytes[place] = UInt8.random(in: 0...255, using: &generator)
                } else {
                    bytes.remove(at: place)
                }
            }
            let splits = (0..<4).map { _ in Int.random(in: 0...bytes.count, using: &generator) }.sorted()
            let expected = String(validating: bytes, as: UTF8.self) != nil
            if self.isValid(bytes, splits: splits) != expected { Issue.record("\(bytes), split at \(splits)") }
        }
    }
}
