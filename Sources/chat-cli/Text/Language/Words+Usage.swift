// MARK: - What is wrong with a command line

extension Words {
    /// What argument-parser says of a command line that it does not understand, which it says in English.
    static func ofUsage(_ text: String, in language: Language = .current) -> String {
        guard language == .korean else { return text }
        let lines: [String] = text.split(separator: "\n", omittingEmptySubsequences: false).compactMap { line in
            if line.hasPrefix("Error: ") { return "오류: " + self.ofFault(String(line.dropFirst(7)), in: language) }
            if line.hasPrefix("Usage: ") { return "사용법: " + line.dropFirst(7) }
            // What the option is for, in English: `--help` has that, too.
            if line.hasPrefix("Help:  ") { return nil }
            guard line.hasPrefix("  See '"), let end = line.lastIndex(of: "'") else { return String(line) }
            return "  자세한 것은 " + line[line.index(line.startIndex, offsetBy: 6)...end] + "에 있습니다."
        }
        return lines.joined(separator: "\n")
    }

    /// One error: argument-parser's, ours, which is in the user's language already, or ours behind its own and a colon.
    private static func ofFault(_ text: String, in language: Language) -> String {
        // Names and values stand in quotes there, lists of them with commas between.
        let value = /'[^']*'(?:(?:, | or | and )'[^']*')*|[0-9]+/
        let values = text.matches(of: value).map { String($0.output) }
        var count = 0
        let template = text.replacing(value) { _ in
            defer { count += 1 }
            return "{\(count)}"
        }
        let shown = values.map { $0.replacing(/' or '|' and '/, with: "', '") }
        for end in [template.endIndex] + template.ranges(of: ": ").map(\.lowerBound) {
            let sentence = Sentence(String(template[..<end]), filling: shown)
            guard sentence.isKnown(in: language) else { continue }
            let rest = Template.fill(String(template[end...]), values.enumerated().map { ("\($0)", $1) })
            return sentence.text(in: language) + rest
        }
        let isKorean = text.unicodeScalars.contains { ("\u{AC00}"..."\u{D7A3}").contains($0) }
        return isKorean ? text : Sentence("the command line is not understood").text(in: language) + ": " + text
    }
}
