internal import ChatSystem
internal import ChatWords

extension Words {
    /// The width of argument-parser's text; nil: the width of the terminal.
    ///
    /// It counts characters, but Korean ones take two cells each: Korean text is made without a limit, and broken here.
    static func usageColumns(in language: Language = .current) -> Int? { language == .korean ? 1 << 20 : nil }

    /// The texts of argument-parser: help, and errors in the command line.
    ///
    /// Its own texts are English.
    static func ofUsage(_ text: String, columns: Int = Terminal.columns, in language: Language = .current) -> String {
        guard language == .korean else { return text }
        let isHelp = text.hasPrefix("OVERVIEW: ") || text.hasPrefix("USAGE: ")
        // A completion script is not text for people.
        guard isHelp || text.hasPrefix("Error: ") else { return text }
        return isHelp ? self.ofHelp(text, columns) : self.ofError(text, in: language)
    }

    /// The column in which the explanations of a help begin.
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
            let head = String(line.prefix(self.helpColumn))
            // A name that is longer than its column gets a separate line.
            guard head.hasSuffix(" "), line.count > self.helpColumn else { return self.ofPlaceholders(line) }
            let name = self.ofPlaceholders(String(head.prefix(1 + (head.lastWordEnd ?? -1))))
            let explained = String(line.dropFirst(self.helpColumn))
            let own = Sentence(explained)
            let text = own.isKnown(in: .korean) ? own.text(in: .korean) : explained
            return name.padded(to: self.helpColumn)
                + text.replacing("(default: ", with: "(기본값: ").replacing("(values: ", with: "(쓸 수 있는 값: ")
                .replacing("; default: ", with: "; 기본값: ")
        }
        let headings = [
            "OVERVIEW: ": "개요: ", "USAGE: ": "사용법: ", "ARGUMENTS:": "인자:", "OPTIONS:": "옵션:", "SUBCOMMANDS:": "명령:",
        ]
        guard let heading = headings.first(where: { line.hasPrefix($0.key) }) else { return line }
        return heading.value + self.ofPlaceholders(String(line.dropFirst(heading.key.count)))
    }

    /// The pointer to more help; nil when a line is not one.
    private static func ofSee(_ line: String) -> String? {
        guard line.hasPrefix("  See '"), let end = line.lastIndex(of: "'") else { return nil }
        let command = String(line[line.index(line.startIndex, offsetBy: 6)...end])
        return "  자세한 것은 " + self.ofPlaceholders(command) + "에 있습니다."
    }

    private static func ofError(_ text: String, in language: Language) -> String {
        let lines: [String] = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            if line.hasPrefix("Error: ") { return "오류: " + self.ofFault(String(line.dropFirst(7)), in: language) }
            if line.hasPrefix("Usage: ") { return "사용법: " + self.ofPlaceholders(String(line.dropFirst(7))) }
            if line.hasPrefix("Help:  ") { return "도움말: " + self.ofPlaceholders(String(line.dropFirst(7))) }
            return self.ofSee(String(line)) ?? String(line)
        }
        return lines.joined(separator: "\n")
    }

    /// One error: argument-parser's, ours, which is in the user's language already, or ours after argument-parser's and
    /// a colon.
    private static func ofFault(_ text: String, in language: Language) -> String {
        // Names and values are in quotes there, lists of them with commas between.
        let value = /'[^']*'(?:(?:, | or | and )'[^']*')*|[0-9]+/
        let values = text.matches(of: value).map { String($0.output) }
        var count = 0
        let template = text.replacing(value) { _ in
            defer { count += 1 }
            return "{\(count)}"
        }
        let shown = values.map { self.ofPlaceholders($0.replacing(/' or '|' and '/, with: "', '")) }
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

// MARK: - Names of values

extension Words {
    /// The Korean names of values: `<room>` is `<대화방>`, `--limit <limit>` is `--limit <수>`.
    ///
    /// A name that is not listed here stays as it is.
    fileprivate static func ofPlaceholders(_ text: String) -> String {
        text.replacing(/(--[a-z-]+ )?<([a-z-]+)>/) { match in
            let option = match.output.1
            let name = String(match.output.2)
            let korean = option == nil ? self.arguments[name] : self.values[name]
            return (option ?? "") + "<\(korean ?? name)>"
        }
    }

    private static let arguments = [
        "options": "옵션", "room": "대화방", "rooms": "대화방", "subcommand": "명령", "subcommands": "명령", "text": "글",
    ]

    private static let values = [
        "audience": "이름", "before": "번호", "ca": "파일", "ca-file": "파일", "clients": "수", "color": "색", "config": "파일",
        "count": "수", "duration": "초",
        "expires": "시간", "id": "이름", "issuer": "이름", "key": "파일", "new-key": "파일", "room": "패턴=권한", "sub": "이름",
        "format": "형식", "history": "수", "language": "언어", "limit": "수", "name": "이름", "outbox": "폴더", "pid": "번호",
        "rate": "수", "record": "파일", "rooms": "수", "seed": "시드", "senders": "수", "server": "주소", "settle": "초",
        "since": "시간", "size": "크기", "state": "파일", "threads": "수", "timeout": "초", "token-command": "명령",
        "token-file": "파일", "warmup": "초", "window": "수",
    ]
}

extension String {
    /// The offset of the last character that is not a blank; nil when there is none.
    fileprivate var lastWordEnd: Int? {
        self.lastIndex { $0 != " " }.map { self.distance(from: self.startIndex, to: $0) }
    }
}
