/// The meaning of a finished line.
///
/// The page reads lines in the same way (Tests/Vectors/commands.json).
enum Input: Sendable {
    case nothing
    case say(String)
    case command(any SlashCommand.Type, String)
    /// A command that does not exist; the user is told, and it is never sent.
    case unknown(String)

    init(_ line: String) {
        guard let start = line.firstIndex(where: { !$0.isWhitespace }) else {
            self = .nothing
            return
        }
        let trimmed = line[start...].trimmingTrailingWhitespace
        guard trimmed.first == "/" else {
            // Blank lines before it go, and the indentation of its first line stays.
            let blank = line[..<start]
            let indentation = blank[
                (blank.lastIndex(where: \.isNewline).map(blank.index(after:)) ?? blank.startIndex)...
            ]
            self = .say(String(indentation) + trimmed)
            return
        }
        guard !trimmed.hasPrefix("//") else {
            self = .say(String(trimmed.dropFirst()))
            return
        }
        let name = trimmed.dropFirst().prefix { !$0.isWhitespace }
        let argument = trimmed[name.endIndex...].drop(while: \.isWhitespace)
        let lowered = name.lowercased()
        if let command = SlashCommands.all.first(where: { $0.name == lowered }) {
            self = .command(command, String(argument))
        } else {
            self = .unknown(lowered)
        }
    }
}

extension Input: Equatable {
    static func == (one: Input, two: Input) -> Bool {
        switch (one, two) {
        case (.nothing, .nothing): true
        case (.say(let text), .say(let other)): text == other
        case (.unknown(let name), .unknown(let other)): name == other
        case (.command(let command, let argument), .command(let other, let otherArgument)):
            command.name == other.name && argument == otherArgument
        case (.nothing, _), (.say, _), (.unknown, _), (.command, _): false
        }
    }
}

extension Substring {
    fileprivate var trimmingTrailingWhitespace: Substring {
        guard let last = self.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return self[...last]
    }
}
