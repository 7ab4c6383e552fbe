// Invisible characters: in a name they could make two people look like one. Where they join or shape the characters
// beside them, they are part of normal writing and stay; everywhere else they are left out.

extension String {
    /// The text without characters that are invisible and have no effect at their place.
    ///
    /// It leaves out the default-ignorable code points (Unicode Standard, section 5.21) and interlinear annotation. It
    /// keeps a joiner between two characters that it joins, a variation selector behind its character, and the tags of
    /// a flag. Nothing more is left out of what it gives, nor of that in normal form: it does not ask in which order the
    /// marks of a character stand.
    var withoutInvisibles: String {
        guard self.unicodeScalars.contains(where: \.isInvisible) else { return self }
        let scalars = self.unicodeScalars
        var kept = String.UnicodeScalarView()
        var before = Surroundings()
        // What comes behind the invisible ones here: each of them may be left out itself.
        var next = scalars.startIndex
        var after = Surroundings()
        for (index, scalar) in zip(scalars.indices, scalars) {
            if scalar.isInvisible {
                if next <= index {
                    next = scalars[index...].firstIndex { !$0.isInvisible } ?? scalars.endIndex
                    after = Surroundings(before: scalars[next...])
                }
                guard scalar.isOfUse(between: before, after) else { continue }
            }
            kept.append(scalar)
            before.append(scalar)
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
    fileprivate func isOfUse(between before: Surroundings, _ after: Surroundings) -> Bool {
        guard let last = before.nearest else { return false }
        switch self.value {
        case 0x200C, 0x200D:
            guard let next = after.nearest, !last.isBlank, !next.isBlank else { return false }
            // Where RFC 5892 (A.1, A.2) allows them, and between the parts of an emoji.
            if before.hasVirama || after.hasVirama { return !last.isASCII && !next.isASCII }
            if let left = before.base, let right = after.base, left.isOfCursiveScript, right.isOfCursiveScript {
                return true
            }
            return self.value == 0x200D && last.isPartOfEmoji && next.isPicture
        case 0xFE0E, 0xFE0F: return last.properties.isEmoji
        case 0xFE00...0xFE0D, 0xE0100...0xE01EF: return last.properties.isIdeographic
        case 0x180B...0x180D, 0x180F: return (0x1820...0x18AA).contains(last.value)
        // The tags of a flag, which begins with a black one.
        case 0xE0020...0xE007F: return last.value == 0x1F3F4 || (0xE0020...0xE007E).contains(last.value)
        default: return false
        }
    }

    fileprivate var isVirama: Bool { self.properties.canonicalCombiningClass == .virama }

    /// Whether the scalar begins a character: normal form does not move it.
    fileprivate var isStarter: Bool { self.properties.canonicalCombiningClass == .notReordered }

    /// Whether letters of the scalar's script join: Arabic, Syriac, N'Ko, Mandaic, Mongolian, and the forms of Arabic.
    private var isOfCursiveScript: Bool {
        switch self.value {
        case 0x0620...0x07FF, 0x0840...0x08FF, 0x1820...0x18AA, 0xFB50...0xFDFF, 0xFE70...0xFEFC:
            self.properties.isAlphabetic
        default: false
        }
    }

    private var isPicture: Bool { self.value > 0xFF && self.properties.isEmoji }

    private var isPartOfEmoji: Bool { self.isPicture || self.value == 0xFE0F || self.properties.isEmojiModifier }
}

/// What stands on one side of an invisible character: the nearest scalar, and the character that it belongs to.
private struct Surroundings {
    var nearest: Unicode.Scalar?
    /// The scalar that begins the character.
    var base: Unicode.Scalar?
    /// Whether a virama is among the marks of the character on the left, or among those that come first on the right.
    var hasVirama = false

    init() {}

    /// What stands on the right.
    init(before rest: Substring.UnicodeScalarView) {
        self.nearest = rest.first
        for scalar in rest {
            if scalar.isInvisible { break }
            if scalar.isStarter {
                self.base = scalar
                break
            }
            if scalar.isVirama { self.hasVirama = true }
        }
    }

    /// A scalar comes on the left.
    mutating func append(_ scalar: Unicode.Scalar) {
        self.nearest = scalar
        if scalar.isStarter {
            (self.base, self.hasVirama) = (scalar, false)
        } else if scalar.isVirama {
            self.hasVirama = true
        }
    }
}
