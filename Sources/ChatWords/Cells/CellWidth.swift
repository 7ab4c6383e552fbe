/// The number of cells of a terminal that a text takes.
///
/// The unit is the grapheme cluster (Unicode Annex 29), as the terminal draws it and as the cursor moves: a Hangul
/// syllable has 2 cells whether it came composed or as jamo, a family of emoji joined by ZWJ has 2, a combining accent
/// has none.
package enum CellWidth {
    package static func of(_ text: some StringProtocol) -> Int { text.reduce(0) { $0 + self.of($1) } }

    package static func of(_ character: Character) -> Int {
        let scalars = character.unicodeScalars
        guard let first = scalars.first else { return 0 }
        if first.value < 0x7F, scalars.count == 1 { return first.value < 0x20 ? 0 : 1 }
        // An emoji that is text by default is drawn wide when its selector asks for the picture.
        if scalars.contains("\u{FE0F}"), first.properties.isEmoji { return 2 }
        if self.isRegionalIndicator(first), scalars.count > 1 { return 2 }
        return scalars.lazy.map(self.of).max() ?? 0
    }

    /// The first clusters that fit; the rest is replaced by a sign.
    package static func prefix(of text: String, _ cells: Int) -> String {
        guard self.of(text) > cells else { return text }
        var kept = ""
        var taken = 1
        for character in text {
            taken += self.of(character)
            guard taken <= cells else { break }
            kept.append(character)
        }
        return cells > 0 ? kept + "…" : ""
    }

    /// The cells of a text with colours: the sequences that ``Palette`` writes take none.
    package static func ofStyled(_ text: String) -> Int {
        var cells = 0
        var isSequence = false
        for character in text {
            if character == "\u{1B}" {
                isSequence = true
            } else if isSequence {
                isSequence = character != "m"
            } else {
                cells += self.of(character)
            }
        }
        return cells
    }

    package static func of(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .control, .nonspacingMark, .enclosingMark, .lineSeparator, .paragraphSeparator, .surrogate: return 0
        case .format: return scalar.value == 0xAD ? 1 : 0
        default: break
        }
        // Medial and final jamo are in the cells of the initial one.
        if (0x1160...0x11FF).contains(scalar.value) || (0xD7B0...0xD7FF).contains(scalar.value) { return 0 }
        return self.isWide(scalar.value) ? 2 : 1
    }

    private static func isRegionalIndicator(_ scalar: Unicode.Scalar) -> Bool {
        (0x1F1E6...0x1F1FF).contains(scalar.value)
    }

    private static func isWide(_ value: UInt32) -> Bool {
        guard value >= 0x1100 else { return false }
        var (low, high) = (0, self.wide.count)
        while low < high {
            let middle = (low + high) / 2
            if self.wide[middle].upperBound < value { low = middle + 1 } else { high = middle }
        }
        return low < self.wide.count && self.wide[low].contains(value)
    }

    /// East_Asian_Width W and F (Unicode Annex 11, data of 16.0), with the unassigned code points between them that are
    /// wide by default.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x23F0...0x23F0, 0x23F3...0x23F3,
        0x25FD...0x25FE, 0x2614...0x2615, 0x2630...0x2637, 0x2648...0x2653, 0x267F...0x267F, 0x268A...0x268F,
        0x2693...0x2693, 0x26A1...0x26A1, 0x26AA...0x26AB, 0x26BD...0x26BE, 0x26C4...0x26C5, 0x26CE...0x26CE,
        0x26D4...0x26D4, 0x26EA...0x26EA, 0x26F2...0x26F3, 0x26F5...0x26F5, 0x26FA...0x26FA, 0x26FD...0x26FD,
        0x2705...0x2705, 0x270A...0x270B, 0x2728...0x2728, 0x274C...0x274C, 0x274E...0x274E, 0x2753...0x2755,
        0x2757...0x2757, 0x2795...0x2797, 0x27B0...0x27B0, 0x27BF...0x27BF, 0x2B1B...0x2B1C, 0x2B50...0x2B50,
        0x2B55...0x2B55, 0x2E80...0x303E, 0x3041...0x3247, 0x3250...0x4DBF, 0x4DC0...0xA4CF, 0xA960...0xA97C,
        0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6B, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
        0x16FE0...0x18CFF, 0x18D00...0x18D08, 0x1AFF0...0x1B2FF, 0x1D300...0x1D356, 0x1D360...0x1D376,
        0x1F004...0x1F004, 0x1F0CF...0x1F0CF, 0x1F18E...0x1F18E, 0x1F191...0x1F19A, 0x1F200...0x1F202,
        0x1F210...0x1F23B, 0x1F240...0x1F248, 0x1F250...0x1F251, 0x1F260...0x1F265, 0x1F300...0x1F320,
        0x1F32D...0x1F335, 0x1F337...0x1F37C, 0x1F37E...0x1F393, 0x1F3A0...0x1F3CA, 0x1F3CF...0x1F3D3,
        0x1F3E0...0x1F3F0, 0x1F3F4...0x1F3F4, 0x1F3F8...0x1F43E, 0x1F440...0x1F440, 0x1F442...0x1F4FC,
        0x1F4FF...0x1F53D, 0x1F54B...0x1F54E, 0x1F550...0x1F567, 0x1F57A...0x1F57A, 0x1F595...0x1F596,
        0x1F5A4...0x1F5A4, 0x1F5FB...0x1F64F, 0x1F680...0x1F6C5, 0x1F6CC...0x1F6CC, 0x1F6D0...0x1F6D2,
        0x1F6D5...0x1F6D7, 0x1F6DC...0x1F6DF, 0x1F6EB...0x1F6EC, 0x1F6F4...0x1F6FC, 0x1F7E0...0x1F7EB,
        0x1F7F0...0x1F7F0, 0x1F90C...0x1F93A, 0x1F93C...0x1F945, 0x1F947...0x1F9FF, 0x1FA70...0x1FAFF,
        0x20000...0x2FFFD, 0x30000...0x3FFFD,
    ]
}

extension String {
    /// The text with blanks after it, so that it takes this number of cells.
    package func padded(to cells: Int) -> String {
        self + String(repeating: " ", count: max(0, cells - CellWidth.of(self)))
    }
}
