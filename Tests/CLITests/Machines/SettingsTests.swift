import Foundation
import Testing

import ChatSettings
@testable import ChatTerminal
@testable import ChatWords
@testable import chat_cli

@Suite(.patience) final class SettingsTests {
    private let file = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID()).json")

    deinit { try? FileManager.default.removeItem(at: self.file) }

    private func settings(
        _ json: String,
        flags: [Setting: String] = [:],
        environment: [String: String] = [:]
    ) async throws -> ClientSettings {
        try Data(json.utf8).write(to: self.file)
        return try await ClientSettings(flags: flags, environment: environment, file: self.file.path)
    }

    private static let json = """
        {"name": "Mina", "language": "ko", "timestamps": false, "server": "work",
         "servers": {"work": {"url": "wss://chat.example.com", "name": "Kim Mina", "token-command": "pass show chat"},
                     "home": {"url": "ws://127.0.0.1:9000"}}}
        """

    @Test func `a server of the file goes before the rest of it`() async throws {
        let settings = try await self.settings(Self.json)
        let path = self.file.path
        #expect(try settings.address == .init(value: "wss://chat.example.com", source: .file(path, object: "work")))
        #expect(settings[.name] == .init(value: "Kim Mina", source: .file(path, object: "work")))
        #expect(settings[.language] == .init(value: "ko", source: .file(path, object: nil)))
        #expect(try !settings.bool(.timestamps) && settings.bool(.notices))
        #expect(settings[.color] == nil && settings.servers == ["home", "work"])
        #expect(TokenSource(settings, environment: [:]) == .command("pass show chat"))
    }

    @Test func `flags go before the environment, and that before the file`() async throws {
        let environment = ["CHAT_SERVER": "home", "CHAT_NAME": "Jun", "CHAT_TOKEN": "secret", "CHAT_TOKEN_FILE": "/t"]
        let settings = try await self.settings(Self.json, flags: [.name: "Sam"], environment: environment)
        #expect(try settings.address.value == "ws://127.0.0.1:9000")
        #expect(settings[.server]?.source == .environment("CHAT_SERVER"))
        #expect(settings[.name] == .init(value: "Sam", source: .flag))
        #expect(TokenSource(settings, environment: environment) == .environment)
        let flagged = try await self.settings(Self.json, flags: [.tokenFile: "/f"], environment: environment)
        #expect(TokenSource(flagged, environment: environment) == .file("/f"))
    }

    @Test func `an address need not be in the file`() async throws {
        let settings = try await self.settings(Self.json, flags: [.server: "ws://other:1"])
        #expect(try settings.address == .init(value: "ws://other:1", source: .flag))
        #expect(settings[.name]?.value == "Mina")
    }

    @Test(
        arguments: [
            ("x", "no JSON: "), ("[]", "no JSON object"), (#"{"nmae": "x"}"#, "nmae"),
            (#"{"servers": {"a": {"url": "ws://x"}, "b": {"url": "ws://y"}, "a": {}}}"#, "\"a\" is there twice"),
            (#"{"token": "x"}"#, "a file or comes"),
            (#"{"servers": {"a": {"urll": "x"}}}"#, "urll"), (#"{"servers": []}"#, "servers"),
            (#"{"servers": {"a": "ws://x"}}"#, "servers.a"),
            (#"{"name": 2026}"#, "name is a number"), (#"{"notices": 1}"#, "notices is a number"),
            (#"{"name": true}"#, "name is a truth value"), (#"{"name": null}"#, "name is null"),
            (#"{"color": []}"#, "color is a list"), (#"{"outbox": true}"#, "outbox is a truth value"),
            (#"{"servers": {"a": {"name": 1}}}"#, "servers.a.name is a number"),
            (#"{"servers": {"a": {"url": {}}}}"#, "servers.a.url is an object"),
            (#"{"servers": {"a": {"server": "x"}}}"#, "server"),
        ]
    )
    func `a file that is wrong is told where`(json: String, told: String) async throws {
        let error = await #expect(throws: Fault.self) { try await self.settings(json) }
        #expect(error?.message.contains(told) == true && error?.message.contains(self.file.path) == true)
    }

    @Test(arguments: [
        #"{"servers": {"a": {"url": "ws://name"}, "b": {"url": "url"}}, "name": "servers"}"#,
        #"{"name": "\"name\": {", "color": "never"}"#, #"{"name": "\\"}"#, "{}",
    ])
    func `what is a key elsewhere, or a value, is no repetition`(json: String) async throws {
        _ = try await self.settings(json)
    }

    @Test(arguments: [
        #"{"notices": "maybe"}"#, #"{"bell": "perhaps"}"#, #"{"language": "de"}"#, #"{"color": "blue"}"#,
    ])
    func `a value that a setting cannot have is told by every command`(json: String) async throws {
        let error = await #expect(throws: Fault.self) { try await self.settings(json) }
        let value = try #require(json.split(separator: "\"").dropFirst(3).first)
        #expect(error?.message.contains(value) == true)
    }

    @Test func `what may be left out or said in two ways is taken`() async throws {
        let settings = try await self.settings(#"{"outbox": false, "bell": "off", "status": true}"#)
        #expect(settings[.outbox]?.value == "false")
        #expect(try settings.bool(.status) && !settings.bool(.bell))
    }

    @Test func `a file that was asked for has to be there, and a server has an address`() async throws {
        await #expect(throws: Fault.self) {
            try await ClientSettings(flags: [:], environment: [:], file: "/none/config.json")
        }
        let settings = try await self.settings(#"{"server": "a", "servers": {"a": {"name": "x"}}}"#)
        #expect(throws: Fault.self) { try settings.address }
    }

    @Test(arguments: Setting.all.map(\.key)) func `a setting is in the documents, and its help is Korean as well`(
        key: String
    ) throws {
        let setting = try #require(Setting.all.first { $0.key == key })
        #expect(Sentence.korean[setting.help] != nil)
        let documents = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/CLI.md")
        let rows = try String(contentsOf: documents, encoding: .utf8).split(separator: "\n")
        let row = try #require(rows.first { $0.hasPrefix("| `") && $0.contains("`\(key)`") && $0.contains("`CHAT_") })
        #expect(row.contains("`\(setting.variable)`") || row.contains("…"))
    }

    @Test func `what is shown says who said it, and no secret`() async throws {
        let environment = ["CHAT_NAME": "Jun", "CHAT_TOKEN": "secret"]
        let settings = try await self.settings(Self.json, flags: [.color: "never"], environment: environment)
        let lines = try ShowConfiguration.lines(settings, environment: environment)
        func line(_ name: String) -> String? { lines.first { $0.hasPrefix(name + " ") } }
        #expect(line("name")?.contains("Jun") == true && line("name")?.hasSuffix("CHAT_NAME\n") == true)
        #expect(line("color")?.hasSuffix("the command line\n") == true)
        #expect(line("server")?.contains("server work") == true)
        #expect(line("bell")?.hasSuffix("default\n") == true)
        #expect(line("servers.home")?.contains("ws://127.0.0.1:9000") == true)
        #expect(!lines.joined().contains("secret"))
    }

    @Test(arguments: ["one", "a\nb", #"back\slash\n"#, "한글 👨‍👩‍👧", "\\"])
    func `a line of the history is read as it was written`(line: String) {
        let escaped = InputHistoryFile.escaped(line)
        #expect(!escaped.contains("\n") && InputHistoryFile.unescaped(escaped) == line)
    }

    @Test func `a line that is longer than any message is not kept in the history file`() throws {
        let file = InputHistoryFile(path: self.file.path)
        // The line break behind it counts, too.
        let longest = String(repeating: "x", count: InputHistoryFile.maximumBytes - 1)
        file.append("before")
        file.append(longest + "x")
        file.append(String(repeating: "가", count: InputHistoryFile.maximumBytes / 3 + 1))
        file.append(longest)
        #expect(try file.load() == ["before", longest])
    }

    @Test func `a history file is shortened when it is long, and only its owner reads it`() throws {
        let file = InputHistoryFile(path: self.file.path)
        for number in 0...InputHistoryFile.maximumLines { file.append("line \(number)") }
        let lines = try file.load()
        #expect(lines.count == LineHistory.capacity && lines.last == "line \(InputHistoryFile.maximumLines)")
        #expect(try file.load() == lines)
        let mode = try FileManager.default.attributesOfItem(atPath: self.file.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }
}
