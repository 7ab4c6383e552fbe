/// What can be done on the input line besides talking: one table, which also writes the help.
struct SlashCommand: Equatable, Sendable {
    enum Action: Equatable, Sendable {
        case help, quit, me, nick, who, join, leave, switchRoom, history, clear
    }

    let name: String
    let argument: String
    let help: String
    let action: Action

    static let table = [
        SlashCommand(name: "me", argument: "<text>", help: "say what you do: /me waves", action: .me),
        SlashCommand(name: "nick", argument: "<name>", help: "take another name", action: .nick),
        SlashCommand(name: "who", argument: "", help: "list who is here", action: .who),
        SlashCommand(name: "history", argument: "[n]", help: "show the last n messages of this room", action: .history),
        SlashCommand(name: "join", argument: "<room>", help: "go to another room as well", action: .join),
        SlashCommand(name: "switch", argument: "<room>", help: "talk in another of your rooms", action: .switchRoom),
        SlashCommand(name: "leave", argument: "[room]", help: "leave a room", action: .leave),
        SlashCommand(name: "clear", argument: "", help: "clear the screen", action: .clear),
        SlashCommand(name: "help", argument: "", help: "show this", action: .help),
        SlashCommand(name: "quit", argument: "", help: "leave everything (Ctrl-D on an empty line)", action: .quit),
    ]

    /// The help, one line for each command.
    static var helpLines: [String] {
        let heads = self.table.map { "/\($0.name) \($0.argument)" }
        let width = heads.lazy.map(\.count).max() ?? 0
        return zip(heads, self.table).map { head, command in
            head + String(repeating: " ", count: width - head.count + 2) + command.help
        } + ["A line that begins with // is said with one slash."]
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
