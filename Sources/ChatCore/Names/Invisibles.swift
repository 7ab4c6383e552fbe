// Invisible characters: in a name they could make two people look like one. Where they join or shape the characters
// beside them, they are part of normal writing and stay; everywhere else they are left out.

extension String {
    /// The text without characters that are invisible and have no effect at their place.
    ///
    /// It leaves out the default-ignorable code points (Unicode Standard, section 5.21) and interlinear annotation. It
    /// keeps a joiner between two characters that it joins, a variation selector behind its character, and the tags of
    /// a flag.
    var withoutInvisibles: String {
        guard self.unicodeScalars.contains(where: \.isInvisible) else { return self }
        var kept = String.UnicodeScalarView()
        var last: Unicode.Scalar?
        var rest = self.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard !scalar.isInvisible || scalar.isOfUse(after: last, before: rest.first) else { continue }
            kept.append(scalar)
            last = scalar
        }
        return String(kept)
    }

    /// The text without white space or blanks at either end.
    var trimmingBlanks: String {
        let scalars = self.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.isBlank }),
            let last = scalars.lastIndex(where: { !$0.isBlank })
        else { return "" }
        return String(scalars[first...last])
    }
}

extension Unicode.Scalar {
    /// Whether the scalar draws nothing: it only acts on others, if at all.
    var isInvisible: Bool {
        guard self.value >= 0xAD else { return false }
        return self.properties.isDefaultIgnorableCodePoint || (0xFFF9...0xFFFB).contains(self.value)
    }

    /// Whether the scalar takes space and shows nothing: white space, the empty Braille pattern, the empty note head.
    var isBlank: Bool { self.properties.isWhitespace || self.value == 0x2800 || self.value == 0x1D159 }

    /// Whether an invisible scalar has an effect between these two.
    fileprivate func isOfUse(after last: Unicode.Scalar?, before next: Unicode.Scalar?) -> Bool {
        guard let last else { return false }
        switch self.value {
        case 0x200C, 0x200D:
            guard let next else { return false }
            // Where RFC 5892 (A.1, A.2) allows them, and between the parts of an emoji.
            if last.isVirama || next.isVirama { return !last.isASCII && !next.isASCII }
            if last.isOfCursiveScript && next.isOfCursiveScript { return true }
            return self.value == 0x200D && last.isPartOfEmoji && next.isPicture
        case 0xFE0E, 0xFE0F: return last.properties.isEmoji
        case 0xFE00...0xFE0D, 0xE0100...0xE01EF: return last.properties.isIdeographic
        case 0x180B...0x180D, 0x180F: return (0x1820...0x18AA).contains(last.value)
        // The tags of a flag, which begins with a black one.
        case 0xE0020...0xE007F: return last.value == 0x1F3F4 || (0xE0020...0xE007E).contains(last.value)
        default: return false
        }
    }

    private var isVirama: Bool { self.properties.canonicalCombiningClass == .virama }

    /// Whether letters of the scalar's script join: Arabic, Syriac, N'Ko, Mandaic, Mongolian, and the forms of Arabic.
    private var isOfCursiveScript: Bool {
        switch self.value {
        case 0x0620...0x07FF, 0x0840...0x08FF, 0x1820...0x18AA, 0xFB50...0xFDFF, 0xFE70...0xFEFC:
            self.properties.isAlphabetic || self.properties.canonicalCombiningClass != .notReordered
        default: false
        }
    }

    private var isPicture: Bool { self.value > 0xFF && self.properties.isEmoji }

    private var isPartOfEmoji: Bool { self.isPicture || self.value == 0xFE0F || self.properties.isEmojiModifier }
}
