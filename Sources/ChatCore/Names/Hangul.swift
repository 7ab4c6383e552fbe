/// Joins Korean letters to syllables, by arithmetic (Unicode, section 3.12).
///
/// Foundation on Linux joins three letters at once, but does not join a syllable and the consonant below it, and loses
/// letters that do not join. This type does that part.
enum Hangul {
    private static let syllables = 0xAC00 as UInt32
    private static let leading = 0x1100 as UInt32
    private static let vowel = 0x1161 as UInt32
    /// One before the first trailing consonant, so that 0 means none.
    private static let trailing = 0x11A7 as UInt32
    private static let vowelCount = 21 as UInt32
    private static let trailingCount = 28 as UInt32

    /// Whether the scalar is a syllable or a letter that may be part of one.
    static func contains(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x11FF, 0xAC00...0xD7A3: true
        default: false
        }
    }

    /// The result of joining two neighbours, if they join.
    static func join(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
        switch (first.value, second.value) {
        case (0x1100...0x1112, 0x1161...0x1175):
            let letters = (first.value - self.leading) * self.vowelCount + (second.value - self.vowel)
            return Unicode.Scalar(self.syllables + letters * self.trailingCount)
        case (0xAC00...0xD7A3, 0x11A8...0x11C2):
            guard (first.value - self.syllables) % self.trailingCount == 0 else { return nil }
            return Unicode.Scalar(first.value + second.value - self.trailing)
        default: return nil
        }
    }
}
