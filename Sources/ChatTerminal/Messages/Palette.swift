/// Colours of a terminal, or their absence.
package struct Palette: Sendable {
    /// Whether anything is coloured at all.
    package var isColored: Bool

    package init(isColored: Bool) { self.isColored = isColored }

    /// Those of the 256 colours that are legible on a dark and on a light background.
    private static let authors = [
        31, 32, 35, 37, 61, 64, 67, 71, 96, 99, 103, 125, 130, 131, 133, 136, 160, 166, 168, 172,
    ]

    /// The colour of an author.
    ///
    /// It is the same in every session, and for every name that the user takes.
    package func author(_ name: String, id: String) -> String {
        // FNV-1a: the standard library's hashes change from process to process.
        let hash = id.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return self.paint(name, "1;38;5;\(Self.authors[Int(hash % UInt64(Self.authors.count))])")
    }

    package func faint(_ text: String) -> String { self.paint(text, "2") }
    package func bold(_ text: String) -> String { self.paint(text, "1") }
    /// The status line: a bar with the terminal's own colours inverted.
    package func bar(_ text: String) -> String { self.paint(text, "7") }
    /// A message that mentions the reader.
    package func mention(_ text: String) -> String { self.paint(text, "1;35") }
    package func warning(_ text: String) -> String { self.paint(text, "33") }

    private func paint(_ text: String, _ style: String) -> String {
        self.isColored && !text.isEmpty ? "\u{1B}[\(style)m\(text)\u{1B}[0m" : text
    }
}
