import Foundation
import TestSupport
import Testing

@testable import ChatCore

@Suite(.patience) struct NormalizationTests {
    /// The ranges whose characters are taken for unchanged; a copy, so that a wider range has to be thought of twice.
    static let stable: [ClosedRange<UInt32>] = [
        0...0x2FF, 0xAC00...0xD7A3, 0x4E00...0x9FFF, 0x3041...0x3096, 0x30A1...0x30FA, 0x2010...0x2027, 0x3000...0x3029,
        0xFF01...0xFF9D, 0x1F300...0x1FAFF, 0x200D...0x200D, 0xFE0F...0xFE0F,
    ]

    /// What is most likely to join with a character before it, or to change places with one.
    private static let joiners: [Unicode.Scalar] = [
        "\u{300}", "\u{301}", "\u{323}", "\u{338}", "\u{345}", "\u{3099}", "\u{309A}", "\u{93C}", "\u{5B4}", "\u{FF9E}",
        "\u{FF9F}", "\u{FE0F}", "\u{1D165}",
    ]

    /// Whether it is as Foundation has it, whose tables are right but for jamo: ``HangulNormalizationTests``.
    private func isNormal(_ string: String) -> Bool {
        string.normalizedNFC.utf8.elementsEqual(string.precomposedStringWithCanonicalMapping.utf8)
    }

    @Test func `no single character is normalised wrongly`() {
        let scalars = (0...0x2FFFF as ClosedRange<UInt32>).lazy.compactMap(Unicode.Scalar.init)
        #expect(Array(scalars.filter { !self.isNormal(String($0)) }.prefix(5)) == [])
    }

    @Test(arguments: Self.stable)
    func `characters that are taken for unchanged never move or join`(range: ClosedRange<UInt32>) {
        let scalars = range.compactMap(Unicode.Scalar.init)
        #expect(scalars.allSatisfy { $0.properties.canonicalCombiningClass == .notReordered })
        // One after the other, and each between characters that like to be joined with what follows.
        for base in ["", "a", "가", "\u{304B}", "\u{30A6}", "\u{E9}", "<", "👋"] {
            var text = ""
            for scalar in scalars {
                text += base
                text.unicodeScalars.append(scalar)
            }
            #expect(text.normalizedNFC.utf8.elementsEqual(text.utf8))
            #expect(self.isNormal(text), "after \(base)")
        }
    }

    @Test(arguments: Self.stable)
    func `what may join a character is not overlooked`(range: ClosedRange<UInt32>) {
        let scalars = range.lazy.filter { $0 % 7 == 0 || range.count < 1000 }.compactMap(Unicode.Scalar.init)
        for joiner in Self.joiners {
            #expect(Array(scalars.filter { !self.isNormal(String($0) + String(joiner)) }.prefix(5)) == [])
        }
    }

    @Test(arguments: SeededGenerator.seeds)
    func `random texts are in normal form, once and for all`(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        let pool: [ClosedRange<UInt32>] =
            Self.stable + [
                0x300...0x36F, 0x3099...0x309A, 0x900...0x97F, 0x1E00...0x1FFF, 0x5B0...0x5C7,
            ]
        for _ in 0..<2000 {
            var text = ""
            for _ in 0..<Int.random(in: 0...6, using: &generator) {
                let range = try #require(pool.randomElement(using: &generator))
                let value = UInt32.random(in: range, using: &generator)
                if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
            }
            let normal = text.normalizedNFC
            #expect(self.isNormal(text))
            #expect(normal.normalizedNFC.utf8.elementsEqual(normal.utf8))
            #expect(normal == text)
        }
    }

    @Test(arguments: [
        ("A\u{30A}", "\u{C5}"), ("\u{212B}", "\u{C5}"), ("\u{958}", "\u{915}\u{93C}"),
        ("a\u{307}\u{323}", "\u{1EA1}\u{307}"), ("\u{304B}\u{3099}", "\u{304C}"),
        ("\u{FB1D}", "\u{5D9}\u{5B4}"), ("\u{1D15E}", "\u{1D157}\u{1D165}"), ("\u{2126}", "\u{3A9}"),
        ("\u{F900}", "\u{8C48}"), ("\u{344}", "\u{308}\u{301}"), ("\u{FF76}\u{FF9E}", "\u{FF76}\u{FF9E}"),
        ("", ""),
    ])
    func `the normal form is that of the standard`(raw: String, expected: String) {
        #expect(Array(raw.normalizedNFC.unicodeScalars) == Array(expected.unicodeScalars))
    }

    @Test(arguments: [
        ("", ""), (" ", ""), (" a ", "a"), ("\u{3000}\ta b\u{85}\u{2029}", "a b"), ("\u{200B}a", "\u{200B}a"),
        (" \u{301}a", "\u{301}a"),
    ])
    func `white space at the ends goes`(raw: String, expected: String) {
        #expect(Array(raw.trimmingWhitespace.unicodeScalars) == Array(expected.unicodeScalars))
    }
}
