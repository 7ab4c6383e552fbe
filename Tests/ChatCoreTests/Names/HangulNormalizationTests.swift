import Testing

@testable import ChatCore

/// Jamo join by arithmetic (Unicode, section 3.12), and only those of modern Korean.
@Suite(.patience) struct HangulNormalizationTests {
    private func string(_ values: [UInt32]) -> String {
        var string = ""
        string.unicodeScalars.append(contentsOf: values.compactMap(Unicode.Scalar.init))
        return string
    }

    /// What is wrong with the normal form; nil when nothing is.
    private func fault(_ values: [UInt32], _ expected: [UInt32]) -> String? {
        let normal = self.string(values).normalizedNFC.unicodeScalars.map(\.value)
        return normal == expected
            ? nil : "\(self.hex(values)) became \(self.hex(normal)) and not \(self.hex(expected))"
    }

    private func hex(_ values: [UInt32]) -> String { values.map { String($0, radix: 16) }.joined(separator: " ") }

    @Test func `a leading consonant and a vowel make a syllable`() {
        var faults: [String?] = []
        for leading in 0x1100...0x1113 as ClosedRange<UInt32> {
            for vowel in 0x1160...0x1176 as ClosedRange<UInt32> {
                let isModern = leading <= 0x1112 && 0x1161...0x1175 ~= vowel
                let syllable = 0xAC00 &+ ((leading &- 0x1100) &* 21 &+ (vowel &- 0x1161)) &* 28
                faults.append(self.fault([leading, vowel], isModern ? [syllable] : [leading, vowel]))
            }
        }
        #expect(faults.compactMap(\.self).prefix(5) == [])
    }

    @Test func `a trailing consonant joins a syllable that has none`() {
        var faults: [String?] = []
        for syllable in stride(from: 0xAC00 as UInt32, to: 0xD7A4, by: 7) {
            let isOpen = (syllable - 0xAC00) % 28 == 0
            for trailing in 0x11A6...0x11C3 as ClosedRange<UInt32> {
                let joins = isOpen && 0x11A8...0x11C2 ~= trailing
                faults.append(
                    self.fault([syllable, trailing], joins ? [syllable + trailing - 0x11A7] : [syllable, trailing])
                )
            }
        }
        #expect(faults.compactMap(\.self).prefix(5) == [])
    }

    @Test(arguments: [0x1161, 0x1168, 0x1175] as [UInt32])
    func `three jamo make a syllable`(vowel: UInt32) {
        var faults: [String?] = []
        for leading in 0x1100...0x1112 as ClosedRange<UInt32> {
            let open = 0xAC00 + ((leading - 0x1100) * 21 + (vowel - 0x1161)) * 28
            for trailing in 0x11A6...0x11C3 as ClosedRange<UInt32> {
                let joins = 0x11A8...0x11C2 ~= trailing
                faults.append(
                    self.fault([leading, vowel, trailing], joins ? [open + trailing - 0x11A7] : [open, trailing])
                )
            }
        }
        #expect(faults.compactMap(\.self).prefix(5) == [])
    }

    @Test(
        arguments: [
            [0x1112, 0x200D, 0x1161], [0xAC01, 0x11A8], [0x1161, 0x11A8], [0x1100, 0x1100], [0xAC00, 0x1161],
            [0xAC00, 0x20, 0x11A8],
            [0x1100, 0x301, 0x1161], [0xA960, 0x1161], [0x1100, 0xD7B0], [0xAC00, 0xD7CB], [0x3131, 0x314F],
        ] as [[UInt32]]
    )
    func `nothing else joins`(values: [UInt32]) {
        #expect(self.fault(values, values) == nil)
    }

    @Test func `what stands beside jamo is normalised as ever`() {
        #expect(self.fault([0x65, 0x301, 0x1112, 0x1161, 0x11AB, 0x65, 0x301], [0xE9, 0xD55C, 0xE9]) == nil)
        #expect(self.fault([0x1112, 0x1161, 0x307, 0x323, 0x11AB], [0xD558, 0x323, 0x307, 0x11AB]) == nil)
        #expect(self.fault([0x304B, 0x3099, 0x1100, 0x1161, 0x304B, 0x3099], [0x304C, 0xAC00, 0x304C]) == nil)
    }

    @Test func `a room has one name, in whole syllables or in pieces`() throws {
        let whole = try RoomName("각")
        for raw in ["\u{1100}\u{1161}\u{11A8}", "가\u{11A8}"] { #expect(try RoomName(raw) == whole) }
        #expect(try RoomName("\u{1100}\u{1176}").rawValue.unicodeScalars.map(\.value) == [0x1100, 0x1176])
    }
}
