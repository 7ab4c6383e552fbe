internal import Foundation

extension String {
    /// The text in normalisation form C (Unicode Annex 15).
    ///
    /// A text made only of characters that are known to be unchanged by it is returned as it is: ASCII, Latin-1, whole
    /// Hangul syllables, Han, most emoji. The rest goes through Foundation, whose cost grows with the square of a run
    /// of combining marks, so callers must bound such runs before (``streamSafe``, ``isStreamSafe``).
    package var normalizedNFC: String {
        if self.isPrintableASCII || self.unicodeScalars.allSatisfy(\.isStableUnderNFC) { return self }
        // Korean letters join only with each other, and other text never joins with them: the text can be split there.
        var result = String.UnicodeScalarView()
        var other = String.UnicodeScalarView()
        var last: Unicode.Scalar?
        for scalar in self.unicodeScalars {
            guard Hangul.contains(scalar) else {
                other.append(scalar)
                last = nil
                continue
            }
            result.append(contentsOf: String(other).precomposedStringWithCanonicalMapping.unicodeScalars)
            other.removeAll()
            if let syllable = last.flatMap({ Hangul.join($0, scalar) }) {
                result.removeLast()
                result.append(syllable)
                last = syllable
            } else {
                result.append(scalar)
                last = scalar
            }
        }
        result.append(contentsOf: String(other).precomposedStringWithCanonicalMapping.unicodeScalars)
        return String(result)
    }

    /// Whether all of the text is ASCII, and none of it a control character.
    var isPrintableASCII: Bool {
        let isPrintable = self.utf8.withContiguousStorageIfAvailable {
            ByteScan.isPrintable(UnsafeRawBufferPointer($0))
        }
        return isPrintable ?? false
    }

    /// The text without white space at either end.
    package var trimmingWhitespace: String {
        let scalars = self.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }
}

extension Unicode.Scalar {
    /// Whether NFC never changes the scalar, whatever is beside it (NFC_Quick_Check=Yes and no combining class), for
    /// the ranges that most text is made of.
    fileprivate var isStableUnderNFC: Bool {
        switch self.value {
        case ..<0x300: true
        case 0xAC00...0xD7A3: true  // Hangul syllables; the jamo that could join them are not in this list
        case 0x4E00...0x9FFF: true  // Han
        case 0x3041...0x3096, 0x30A1...0x30FA: true  // Kana; the sound marks that could join them are not in this list
        case 0x2010...0x2027, 0x3000...0x3029, 0xFF01...0xFF9D: true  // punctuation, full-width forms
        case 0x1F300...0x1FAFF, 0x200D, 0xFE0F: true  // emoji, their joiner and their selector
        default: false
        }
    }
}
