extension RedisErrorText {
    /// The most bytes of a text for the log.
    private static let maximumRedacted = 200
    /// The longest word that is shown: names of rooms, keys and secrets of sessions have digits or signs, or are longer.
    private static let longestWord = 20

    /// The error without anything that may come from a caller: only plain words outside of quotes, the rest is `…`.
    ///
    /// Redis repeats parts of commands in some of its errors, and those may be texts, keys or passwords.
    var redacted: String {
        var words = [self.code]
        var size = self.code.utf8.count
        var quote: Character?
        for word in self.message.split(separator: " ") {
            let isPlain = quote == nil && Self.isPlain(word)
            for character in word where Self.isQuote(character) {
                quote = quote == nil ? character : Self.closes(character, quote) ? nil : quote
            }
            if !isPlain, words.last == "…" { continue }
            let shown = isPlain ? String(word) : "…"
            size += shown.utf8.count + 1
            guard size <= Self.maximumRedacted else { break }
            words.append(shown)
        }
        return words.joined(separator: " ")
    }

    private static func isPlain(_ word: Substring) -> Bool {
        var word = word
        while let last = word.last, ",.:;".contains(last) { word = word.dropLast() }
        return !word.isEmpty && word.utf8.count <= Self.longestWord
            && word.allSatisfy { $0.isASCII && ($0.isLetter || $0 == "-") }
    }

    private static func isQuote(_ character: Character) -> Bool { "'\"`".contains(character) }

    /// Redis writes some names as `this' and others as `this`.
    private static func closes(_ character: Character, _ quote: Character?) -> Bool {
        character == quote || quote == "`" && character == "'"
    }
}
