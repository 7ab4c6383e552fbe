internal import ArgumentParser
internal import ChatSystem
internal import ChatSettings
internal import ChatTerminal
internal import ChatWords
internal import Foundation

/// `chat-cli config`: shows the settings and their sources.
struct ShowConfiguration: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "config",
            abstract: Sentence("Show the settings that hold, and where each comes from.").text(),
            discussion: Sentence(
                """
                Flags go before the environment (CHAT_SERVER, CHAT_NAME and so on), the environment before the file, and in \
                the file what stands under the server that is talked to before what stands for all. A token is not shown.
                """
            ).text()
        )
    }

    @OptionGroup var server: ConnectionOptions

    @Flag(help: .said("Print the path of the configuration file and nothing else."))
    var path = false

    func run() async throws {
        let settings = try await self.server.settings()
        guard !self.path else {
            Output.write((settings.file ?? Folders.chatCLI.configuration + "/config.json") + "\n")
            return
        }
        Output.write(try Self.lines(settings, environment: ProcessInfo.processInfo.environment).joined())
    }

    /// The source of a value that nobody set.
    private static var byDefault: String { Sentence("default").text() }

    /// One line for each setting: its name, its value, and its source.
    static func lines(_ settings: ClientSettings, environment: [String: String]) throws -> [String] {
        var lines: [(String, String, String)] = []
        let address = try settings.address
        let addressSource = settings[.server] == nil ? Self.byDefault : address.source.name
        lines.append((Setting.server.key, address.value, addressSource))
        for setting in Setting.all where setting != .server {
            let found = settings[setting]
            let fallback = Sentence(setting.fallback).text()
            lines.append((setting.key, found?.value ?? fallback, found?.source.name ?? Self.byDefault))
        }
        if TokenSource(settings, environment: environment) == .environment {
            lines.append(("token", Sentence("(not shown)").text(), "CHAT_TOKEN"))
        }
        let without = Sentence("(no url)").text()
        lines += settings.servers.map { ("servers." + $0, settings.url(of: $0) ?? without, settings.file ?? "") }
        let nameWidth = lines.map(\.0.count).max() ?? 0
        let valueWidth = lines.map { CellWidth.of($0.1) }.max() ?? 0
        return lines.map { name, value, source in
            let shown = value.sanitizedLine
            return name.padded(to: nameWidth + 2) + shown.padded(to: valueWidth + 2) + source.sanitizedLine + "\n"
        }
    }
}

extension Settings.Source {
    /// The source of a setting, for people.
    fileprivate var name: String {
        switch self {
        case .flag: Sentence("the command line").text()
        case .environment(let variable): variable
        case .file(let path, object: nil): path
        case .file(let path, object: let server?):
            Sentence("{path}, server {server}", ["path": path, "server": server]).text()
        }
    }
}
