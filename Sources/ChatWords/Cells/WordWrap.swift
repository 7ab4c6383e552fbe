/// A line to print, and the indent of its rows after the first.
package struct Paragraph: Equatable, Sendable {
    /// The text, with the sequences of ``Palette``.
    package var text: String
    package var indent: Int

    package init(text: String, indent: Int = 4) {
        self.text = text
        self.indent = indent
    }
}

/// Breaks lines between words, in one pass: a terminal would break words in the middle.
package enum WordWrap {
    /// A part of a line that is not broken.
    private struct Word {
        var text = ""
        var cells = 0
        /// The blanks before it, which are left out at the end of a row.
        var blanks = ""
        /// Whether a row may begin with it although there is no blank before it.
        var isLoose = false
        /// Whether its last character stands alone.
        ///
        /// It is remembered, because the end of a flag depends on all flags before it: looking back would cost a text of
        /// flags the square of its length.
        var endsAlone = false

        mutating func append(_ character: Character, standsAlone: Bool = false) {
            self.text.append(character)
            self.endsAlone = standsAlone
        }
    }

    /// The rows of a line.
    ///
    /// A word that is longer than a row is not moved, and the terminal wraps it as one word, so that an address can be
    /// copied and opened. In scripts without blanks (Han, Kana), a row may end after any character, if the next one may
    /// begin a row.
    ///
    /// - Parameters:
    ///   - paragraph: The line.
    ///   - columns: The number of cells in a row.
    /// - Returns: At least one row; only rows that cannot be broken are wider than the terminal.
    package static func rows(_ paragraph: Paragraph, columns: Int) -> [String] {
        guard columns > 0 else { return [paragraph.text] }
        let indent = String(repeating: " ", count: min(paragraph.indent, columns / 2))
        var rows: [String] = []
        var (row, cells) = ("", 0)
        for word in self.words(paragraph.text) {
            let needed = word.blanks.count + word.cells
            let fitsBelow = word.cells <= columns - indent.count
            let mayBreak = cells > 0 && (!word.blanks.isEmpty || word.isLoose)
            if cells + needed > columns, mayBreak, fitsBelow {
                rows.append(row)
                row = indent + word.text
                cells = indent.count + word.cells
            } else {
                row += word.blanks + word.text
                cells += needed
                // Text beyond the edge continues in the row below.
                if cells > columns { cells = (cells - 1) % columns + 1 }
            }
        }
        return rows + [row]
    }

    private static func words(_ text: String) -> [Word] {
        var words: [Word] = []
        var word = Word()
        var isSequence = false
        func isStarted() -> Bool { word.cells > 0 }
        for character in text {
            if isSequence || character == "\u{1B}" {
                word.append(character)
                isSequence = character == "\u{1B}" || character != "m"
            } else if character == " " {
                if isStarted() { words.append(word) }
                // Sequences before the first cell also come before the blanks, on which colours of letters do not show.
                word = isStarted() ? Word(blanks: " ") : Word(text: word.text, blanks: word.blanks + " ")
            } else {
                let isLoose = self.standsAlone(character)
                if isStarted(), isLoose || word.endsAlone, !self.staysBehind(character) {
                    words.append(word)
                    word = Word(isLoose: true)
                }
                word.append(character, standsAlone: isLoose)
                word.cells += CellWidth.of(character)
            }
        }
        words.append(word)
        return words
    }

    /// Han and Kana, between which there are no blanks.
    private static func standsAlone(_ character: Character) -> Bool {
        guard let value = character.unicodeScalars.first?.value, value >= 0x3040 else { return false }
        return switch value {
        case 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFD: true
        default: false
        }
    }

    /// Signs that belong to the character before them.
    private static func staysBehind(_ character: Character) -> Bool {
        character.isPunctuation || "ーぁぃぅぇぉっゃゅょァィゥェォッャュョ".contains(character)
    }
}
