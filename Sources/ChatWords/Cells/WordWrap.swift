/// A line that is printed, and how far the rows after its first are moved in where it does not fit into one.
package struct Paragraph: Equatable, Sendable {
    /// The text, with the sequences of ``Palette``.
    package var text: String
    package var indent: Int

    package init(text: String, indent: Int = 4) {
        self.text = text
        self.indent = indent
    }
}

/// Breaks lines between words, in one pass: a terminal by itself breaks them in the middle.
package enum WordWrap {
    /// A part of a line that stays whole.
    private struct Word {
        var text = ""
        var cells = 0
        /// The blanks before it, which are left out where a row ends.
        var blanks = ""
        /// Whether a row may begin with it although no blank stands before it.
        var isLoose = false
    }

    /// The rows of a line.
    ///
    /// A word that is longer than a row begins where it stands and is left to the terminal, which keeps it one: an address
    /// can be copied and opened. Where scripts have no blanks (Han, Kana) a row ends behind any character but those that
    /// must not begin one.
    ///
    /// - Parameters:
    ///   - paragraph: The line.
    ///   - columns: How many cells a row has.
    /// - Returns: At least one row; none is wider than the terminal but those that cannot be broken.
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
                // What flows over the edge goes on in the row below.
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
                word.text.append(character)
                isSequence = character == "\u{1B}" || character != "m"
            } else if character == " " {
                if isStarted() { words.append(word) }
                // Sequences before the first cell stand before the blanks as well, which colours of letters do not show.
                word = isStarted() ? Word(blanks: " ") : Word(text: word.text, blanks: word.blanks + " ")
            } else {
                let isLoose = self.standsAlone(character)
                if isStarted(), isLoose || self.standsAlone(word.text.last), !self.staysBehind(character) {
                    words.append(word)
                    word = Word(isLoose: true)
                }
                word.text.append(character)
                word.cells += CellWidth.of(character)
            }
        }
        words.append(word)
        return words
    }

    /// Han and Kana, between which there are no blanks.
    private static func standsAlone(_ character: Character?) -> Bool {
        guard let value = character?.unicodeScalars.first?.value, value >= 0x3040 else { return false }
        return switch value {
        case 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFD: true
        default: false
        }
    }

    /// Signs that belong to what stands before them.
    private static func staysBehind(_ character: Character) -> Bool {
        character.isPunctuation || "ーぁぃぅぇぉっゃゅょァィゥェォッャュョ".contains(character)
    }
}
