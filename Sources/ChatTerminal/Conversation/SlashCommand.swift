internal import ChatWords

/// What can be done on the input line besides talking: one table, which also writes the help.
struct SlashCommand: Equatable, Sendable {
    enum Action: Equatable, Sendable {
        case help, quit, me, reply, nick, who, rooms, join, leave, switchRoom, history, unread, search, ignore,
            timestamps, notices, clear
    }

    let name: String
    let argument: String
    let help: Phrase
    let action: Action

    init(_ name: String, _ argument: String, _ help: Phrase, _ action: Action) {
        self.name = name
        self.argument = argument
        self.help = help
        self.action = action
    }

    static let table = [
        SlashCommand("me", "<text>", .helpMe, .me),
        SlashCommand("reply", "[@name|^n] <text>", .helpReply, .reply),
        SlashCommand("nick", "<name>", .helpNick, .nick),
        SlashCommand("who", "", .helpWho, .who),
        SlashCommand("rooms", "", .helpRooms, .rooms),
        SlashCommand("history", "[n]", .helpHistory, .history),
        SlashCommand("unread", "", .helpUnread, .unread),
        SlashCommand("search", "<text>", .helpSearch, .search),
        SlashCommand("join", "<room>", .helpJoin, .join),
        SlashCommand("switch", "<room>", .helpSwitch, .switchRoom),
        SlashCommand("leave", "[room]", .helpLeave, .leave),
        SlashCommand("ignore", "[name]", .helpIgnore, .ignore),
        SlashCommand("timestamps", "[on|off]", .helpTimestamps, .timestamps),
        SlashCommand("notices", "[on|off]", .helpNotices, .notices),
        SlashCommand("clear", "", .helpClear, .clear),
        SlashCommand("help", "", .helpHelp, .help),
        SlashCommand("quit", "", .helpQuit, .quit),
    ]

    /// In which cell of a line of the help the explanations begin.
    static func helpColumn(in language: Language = .current) -> Int {
        2 + (self.table.map { CellWidth.of(self.head($0, in: language)) }.max() ?? 0)
    }

    /// The help, one line for each command.
    static func helpLines(in language: Language = .current) -> [String] {
        let column = self.helpColumn(in: language)
        return self.table.map { self.head($0, in: language).padded(to: column) + $0.help.text(in: language) }
            + [Phrase.helpSlash.text(in: language)]
    }

    private static func head(_ command: SlashCommand, in language: Language) -> String {
        let argument = ["text", "name", "room"].reduce(command.argument) { argument, word in
            argument.replacing(word, with: Sentence(word).text(in: language))
        }
        return "/\(command.name) \(argument)"
    }

    /// The commands that begin like this, for completion.
    static func completions(of prefix: String) -> [String] {
        guard prefix.hasPrefix("/") else { return [] }
        return self.table.map { "/\($0.name)" }.filter { $0.hasPrefix(prefix.lowercased()) }
    }
}

/// What a finished line means.
///
/// The page reads lines in the same way (Tests/Vectors/commands.json).
enum Input: Equatable, Sendable {
    case nothing
    case say(String)
    case command(SlashCommand.Action, String)
    /// A command that does not exist; it is told, and never said to others.
    case unknown(String)

    init(_ line: String) {
        guard let start = line.firstIndex(where: { !$0.isWhitespace }) else {
            self = .nothing
            return
        }
        let trimmed = line[start...]
        guard trimmed.first == "/" else {
            self = .say(line)
            return
        }
        guard !trimmed.hasPrefix("//") else {
            self = .say(String(trimmed.dropFirst()))
            return
        }
        let name = trimmed.dropFirst().prefix { !$0.isWhitespace }
        let argument = trimmed[name.endIndex...].drop(while: \.isWhitespace)
        let lowered = name.lowercased()
        if let command = SlashCommand.table.first(where: { $0.name == lowered }) {
            self = .command(command.action, argument.trimmingTrailingWhitespace)
        } else {
            self = .unknown(lowered)
        }
    }
}

extension Substring {
    fileprivate var trimmingTrailingWhitespace: String {
        guard let last = self.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[...last])
    }
}
