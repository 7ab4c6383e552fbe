internal import ArgumentParser
internal import ChatSystem
internal import ChatWords

extension ArgumentHelp {
    /// What an option is for, in the language of the user.
    static func said(_ english: String) -> ArgumentHelp { ArgumentHelp(Sentence(english).text()) }
}

// MARK: - What argument-parser says by itself

extension Words {
    /// How wide argument-parser is to make its text; nil: as wide as the terminal is.
    ///
    /// It counts characters, of which Korean ones take two cells each: Korean text is made as wide as it likes, and broken
    /// here.
    static func usageColumns(in language: Language = .current) -> Int? { language == .korean ? 1 << 20 : nil }

    /// What argument-parser says: help, and what it does not understand.
    ///
    /// Its own words are English.
    static func ofUsage(_ text: String, columns: Int = Terminal.columns, in language: Language = .current) -> String {
        guard language == .korean else { return text }
        let isHelp = text.hasPrefix("OVERVIEW: ") || text.hasPrefix("USAGE: ")
        // A script that completes command lines is no text.
        guard isHelp || text.hasPrefix("Error: ") else { return text }
        return isHelp ? self.ofHelp(text, columns) : self.ofError(text, in: language)
    }

    /// In which column the explanations of a help begin.
    private static let helpColumn = 26

    private static func ofHelp(_ text: String, _ columns: Int) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line in
            let isEntry = line.hasPrefix("  ")
            let line = self.koreanLine(String(line), isEntry: isEntry)
            let indent = isEntry ? self.helpColumn : line.hasPrefix("사용법: ") ? 8 : 0
            return WordWrap.rows(Paragraph(text: line, indent: indent), columns: max(40, columns - 1))
        }
        return lines.joined(separator: "\n")
    }

    private static func koreanLine(_ line: String, isEntry: Bool) -> String {
        if isEntry {
            if let see = self.ofSee(line) { return see }
            let explained = line.dropFirst(self.helpColumn)
            let own = Sentence(String(explained))
            let line = own.isKnown(in: .korean) ? String(line.prefix(self.helpColumn)) + own.text(in: .korean) : line
            return line.replacing("(default: ", with: "(기본값: ").replacing("(values: ", with: "(쓸 수 있는 값: ")
                .replacing("; default: ", with: "; 기본값: ")
        }
        let headings = [
            "OVERVIEW: ": "개요: ", "USAGE: ": "사용법: ", "ARGUMENTS:": "인자:", "OPTIONS:": "선택 사항:", "SUBCOMMANDS:": "명령:",
        ]
        guard let heading = headings.first(where: { line.hasPrefix($0.key) }) else { return line }
        return heading.value + line.dropFirst(heading.key.count)
    }

    /// Where to read more; nil when a line does not say that.
    private static func ofSee(_ line: String) -> String? {
        guard line.hasPrefix("  See '"), let end = line.lastIndex(of: "'") else { return nil }
        return "  자세한 것은 " + line[line.index(line.startIndex, offsetBy: 6)...end] + "에 있습니다."
    }

    private static func ofError(_ text: String, in language: Language) -> String {
        let lines: [String] = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            if line.hasPrefix("Error: ") { return "오류: " + self.ofFault(String(line.dropFirst(7)), in: language) }
            if line.hasPrefix("Usage: ") { return "사용법: " + line.dropFirst(7) }
            if line.hasPrefix("Help:  ") { return "도움말: " + line.dropFirst(7) }
            return self.ofSee(String(line)) ?? String(line)
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
