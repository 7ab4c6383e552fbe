internal import Foundation

/// A manual page in mdoc(7), from argument-parser's description of a program (`--experimental-dump-help`).
struct ManualPage: Sendable {
    /// The part of the description that is used.
    struct Tool: Decodable, Sendable { var command: Command }

    struct Command: Decodable, Sendable {
        var commandName: String
        var abstract: String?
        var discussion: String?
        var shouldDisplay: Bool?
        var subcommands: [Command]?
        var arguments: [Argument]?
    }

    struct Argument: Decodable, Sendable {
        struct Name: Decodable, Sendable {
            var kind: String
            var name: String

            var text: String { (self.kind == "long" ? "--" : "-") + self.name }
        }

        var kind: String
        var shouldDisplay: Bool
        var isOptional: Bool
        var isRepeating: Bool
        var names: [Name]?
        var valueName: String?
        var abstract: String?
        var defaultValue: String?

        /// Its form in a synopsis and in the list.
        var term: String {
            let names = (self.names ?? []).map(\.text).joined(separator: ", ")
            switch self.kind {
            case "flag": return names
            case "option": return "\(names) <\(self.valueName ?? "value")>"
            default: return "<\(self.valueName ?? "value")>" + (self.isRepeating ? " ..." : "")
            }
        }
    }

    private let command: Command
    /// The page has no date, only the program's version: the same program has the same page.
    private let version: String

    /// - Throws: `DecodingError` when argument-parser's description has another form.
    init(dump: String, version: String) throws {
        self.version = version
        self.command = try JSONDecoder().decode(Tool.self, from: Data(dump.utf8)).command
    }

    var text: String {
        var lines = [
            ".Dd chat-cli \(self.version)", ".Dt CHAT-CLI 1", ".Os", ".Sh NAME", ".Nm chat-cli",
            ".Nd talk in the rooms of a chat server, by hand or by script", ".Sh SYNOPSIS",
        ]
        let shown = (self.command.subcommands ?? []).filter { $0.shouldDisplay != false && $0.commandName != "help" }
        for command in shown {
            lines += [".Nm chat-cli \(command.commandName)", Self.escaped(Self.synopsis(of: command)), ".br"]
        }
        let description = Self.paragraphs(self.command.discussion).flatMap { [".Pp", $0] }
        lines += [".Sh DESCRIPTION"] + description.dropFirst() + [".Sh COMMANDS"]
        for command in shown { lines += Self.section(of: command) }
        lines += [
            ".Sh FILES", ".Bl -tag -width Ds", ".It Pa ~/.config/chat-cli/config.json", "Settings.",
            ".It Pa ~/.local/state/chat-cli/history", "Lines that were written.",
            ".It Pa ~/.local/state/chat-cli/outbox/", "Lines that are not sent yet.", ".El",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func synopsis(of command: Command) -> String {
        let arguments = (command.arguments ?? []).filter { $0.kind == "positional" && $0.shouldDisplay }
        return "[options] " + arguments.map { $0.isOptional ? "[\($0.term)]" : $0.term }.joined(separator: " ")
    }

    private static func section(of command: Command) -> [String] {
        var lines = [".Ss \(command.commandName)", self.escaped(command.abstract ?? "")]
        lines += self.paragraphs(command.discussion).flatMap { [".Pp", $0] } + [".Bl -tag -width Ds"]
        for argument in command.arguments ?? [] where argument.shouldDisplay {
            // These are the same in every command, and every `--help` shows them.
            guard !(argument.names ?? []).contains(where: { ["help", "version"].contains($0.name) }) else { continue }
            let fallback = argument.defaultValue.map { " (default: \($0))" } ?? ""
            lines += [".It \(self.escaped(argument.term))", self.escaped((argument.abstract ?? "") + fallback)]
        }
        return lines + [".El"]
    }

    private static func paragraphs(_ text: String?) -> [String] {
        (text ?? "").split(separator: "\n").map { self.escaped(String($0)) }
    }

    /// Text for mdoc: a hyphen is a hyphen, a backslash a backslash, and a dot at the beginning is not a macro.
    private static func escaped(_ text: String) -> String {
        let text = text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("`", with: "\\(ga")
            .replacing("\n", with: " ")
        return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" + text : text
    }
}
