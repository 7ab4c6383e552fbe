internal import ChatSystem
internal import ChatTerminal
internal import ChatWords
internal import Configuration
internal import SystemPackage

/// Settings from flags, environment and file, in this order, and where each comes from.
struct Settings: Sendable {
    /// A value, and who gave it.
    struct Found: Equatable, Sendable {
        var value: String
        var source: Source
    }

    enum Source: Equatable, Sendable {
        case flag
        case environment(String)
        /// The file, or one of the servers that it names.
        case file(String, server: String?)
    }

    /// The path of the file, when there is one.
    let file: String?
    /// The servers that the file names.
    let servers: [String]
    private let flags: ConfigReader
    private let environment: ConfigReader
    private let contents: ConfigReader?
    /// The server of the file that is talked to.
    private var named: String?

    /// Gathers the sources.
    ///
    /// - Parameters:
    ///   - flags: What the command line gave.
    ///   - environment: The environment.
    ///   - path: The configuration file that was asked for; nil: the usual one, if it is there.
    /// - Throws: ``Fault``.
    init(flags: [Setting: String], environment: [String: String], file path: String?) async throws(Fault) {
        let given = flags.map {
            (AbsoluteConfigKey([$0.key.rawValue]), ConfigValue(.string($0.value), isSecret: false))
        }
        self.flags = ConfigReader(
            provider: InMemoryProvider(name: "flags", values: Dictionary(uniqueKeysWithValues: given))
        )
        self.environment = ConfigReader(
            provider: EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "chat")
        )
        let usual = Folders.chatCLI.configuration + "/config.json"
        self.file = path ?? (SettingsFile.exists(usual) ? usual : nil)
        if let file {
            self.servers = try SettingsFile(file).servers
            do {
                self.contents = ConfigReader(provider: try await FileProvider<JSONSnapshot>(filePath: FilePath(file)))
            } catch {
                throw Fault("\(file): \(error)")
            }
        } else {
            self.servers = []
            self.contents = nil
        }
        if let server = self[.server]?.value, self.servers.contains(server) { self.named = server }
        try self.check()
    }

    /// A setting that cannot be what it says is told by every command, also by those that do not need it.
    private func check() throws(Fault) {
        for setting in Setting.allCases {
            if setting.kind == .truth { _ = try self.bool(setting) }
            guard let known = setting.values, let value = self[setting]?.value, !known.contains(value) else { continue }
            throw Fault(
                saying: "{key}: \"{value}\" is none of {known}",
                ["key": setting.rawValue, "value": value, "known": known.joined(separator: ", ")]
            )
        }
    }

    /// What a setting is, and from where; nil when nobody says anything.
    subscript(setting: Setting) -> Found? {
        let key = ConfigKey([setting.rawValue])
        if let value = Self.text(self.flags, key) { return Found(value: value, source: .flag) }
        if let value = Self.text(self.environment, key) {
            return Found(value: value, source: .environment(setting.variable))
        }
        guard let contents, let file else { return nil }
        if setting.isOfServer, let named, let value = Self.text(contents, ["servers", named, setting.rawValue]) {
            return Found(value: value, source: .file(file, server: named))
        }
        return Self.text(contents, key).map { Found(value: $0, source: .file(file, server: nil)) }
    }

    /// The address of the server: what was given, or what the file says a name stands for.
    var address: Found {
        get throws(Fault) {
            guard let found = self[.server] else {
                return Found(value: Setting.server.fallback, source: .flag)
            }
            guard let file, let named else { return found }
            guard let url = self.url(of: named) else {
                throw Fault(saying: "{file}: the server {name} has no url", ["file": file, "name": named])
            }
            return Found(value: url, source: .file(file, server: named))
        }
    }

    /// The address of a server that the file names.
    func url(of server: String) -> String? { self.contents.flatMap { Self.text($0, ["servers", server, "url"]) } }

    /// A truth value.
    func bool(_ setting: Setting, default: Bool = true) throws(Fault) -> Bool {
        guard let found = self[setting] else { return `default` }
        switch found.value.lowercased() {
        case "true", "yes", "on", "1": return true
        case "false", "no", "off", "0": return false
        case let value:
            throw Fault(
                saying: "{key}: \"{value}\" is neither true nor false",
                ["key": setting.rawValue, "value": value]
            )
        }
    }

    /// A text; an empty one counts as none.
    ///
    /// A file may hold a number or a truth value where others hold text.
    private static func text(_ reader: ConfigReader, _ key: ConfigKey) -> String? {
        let value =
            reader.string(forKey: key) ?? reader.bool(forKey: key).map(String.init)
            ?? reader.int(forKey: key).map(String.init)
        return value?.isEmpty == false ? value : nil
    }
}
