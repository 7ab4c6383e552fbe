/// What can be done on the input line besides talking: one table, which also writes the help.
struct SlashCommand: Equatable, Sendable {
    enum Action: Equatable, Sendable {
        case help, quit, me, nick, who, rooms, join, leave, switchRoom, history, search, ignore, timestamps, notices,
            clear
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
        SlashCommand("nick", "<name>", .helpNick, .nick),
        SlashCommand("who", "", .helpWho, .who),
        SlashCommand("rooms", "", .helpRooms, .rooms),
        SlashCommand("history", "[n]", .helpHistory, .history),
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

    /// The help, one line for each command.
    static func helpLines(in language: Language = .current) -> [String] {
        let heads = self.table.map { "/\($0.name) \($0.argument)" }
        let width = heads.lazy.map(\.count).max() ?? 0
        return zip(heads, self.table).map { head, command in
            head.padded(to: width + 2) + command.help.text(in: language)
        } + [Phrase.helpSlash.text(in: language)]
    }

    /// The commands that begin like this, for completion.
    static func completions(of prefix: String) -> [String] {
        guard prefix.hasPrefix("/") else { return [] }
        return self.table.map { "/\($0.name)" }.filter { $0.hasPrefix(prefix) }
    }
}

/// What a finished line means.
enum Input: Equatable, Sendable {
    case nothing
    case say(String)
    case command(SlashCommand.Action, String)
    case unknown(String)

    init(_ line: String) {
        guard !line.allSatisfy(\.isWhitespace) else {
            self = .nothing
            return
        }
        guard line.hasPrefix("/"), !line.hasPrefix("//") else {
            self = .say(line.hasPrefix("//") ? String(line.dropFirst()) : line)
            return
        }
        let name = line.dropFirst().prefix { !$0.isWhitespace }
        let argument = line[name.endIndex...].drop(while: \.isWhitespace)
        if let command = SlashCommand.table.first(where: { $0.name == name }) {
            self = .command(command.action, String(argument))
        } else {
            self = .unknown(String(name))
        }
    }
}
