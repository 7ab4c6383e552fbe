internal import ChatSettings
internal import ChatTerminal
internal import ChatSystem
internal import ChatWords

/// The settings of a command, and the server that it uses.
struct ClientSettings: Sendable {
    typealias Found = Settings.Found

    private let settings: Settings
    /// The servers that the file names, sorted.
    let servers: [String]
    /// The one of them that the command uses.
    private let named: String?

    private static let group = SettingsFile.Group("servers", [Setting.url] + Setting.ofServer)

    /// Gathers flags, environment and file.
    ///
    /// - Parameters:
    ///   - flags: The values of the command line.
    ///   - environment: The environment.
    ///   - path: The given configuration file; nil: the default one, if it exists.
    /// - Throws: ``Fault`` for the first setting that cannot be used: every command reports it, even one that does not
    ///   need it.
    init(flags: [Setting: String], environment: [String: String], file path: String?) async throws(Fault) {
        do throws(SettingError) {
            let usual = Folders.chatCLI.configuration + "/config.json"
            let file = path ?? (SettingsFile.exists(usual) ? usual : nil)
            self.servers = try file.map { file throws(SettingError) in try Self.servers(in: file) } ?? []
            self.settings = try await Settings(
                flags: Dictionary(uniqueKeysWithValues: flags.map { ($0.key.key, $0.value) }),
                environment: environment,
                file: file,
                naming: .key
            )
            let server = self.settings.string(.server)
            self.named = self.servers.first { $0 == server }
            for setting in Setting.all where setting.kind == .truth { _ = try self.settings.bool(setting) }
            try self.settings.checkWords(Setting.all)
        } catch {
            throw Fault(error)
        }
    }

    /// Checks the contents of a file; returns the servers that it names.
    private static func servers(in path: String) throws(SettingError) -> [String] {
        let file = try SettingsFile(path)
        do throws(SettingError) { try file.check(Setting.all, self.group, isStrict: true) } catch {
            throw error.at(path)
        }
        return file.names(in: self.group)
    }

    /// The path of the file, when there is one.
    var file: String? { self.settings.file }

    /// The value of a setting and its source; nil when it is not set.
    subscript(setting: Setting) -> Found? {
        let isOfServer = Setting.ofServer.contains(setting)
        return self.settings.found(setting, in: isOfServer ? self.named.map { ["servers", $0] } ?? [] : [])
    }

    /// The address of the server: the given one, or the one that the file has for a name.
    var address: Found {
        get throws(Fault) {
            guard let found = self[.server] else { return Found(value: Setting.server.fallback, source: .flag) }
            guard let file, let named else { return found }
            guard let url = self.url(of: named) else {
                throw Fault(saying: "{file}: the server {name} has no url", ["file": file, "name": named])
            }
            return Found(value: url, source: .file(file, object: named))
        }
    }

    /// The address of a server that the file names.
    func url(of server: String) -> String? { self.settings.string(inFile: ["servers", server, Setting.url.key]) }

    /// A truth value.
    func bool(_ setting: Setting) throws(Fault) -> Bool {
        do throws(SettingError) { return try self.settings.bool(setting) } catch { throw Fault(error) }
    }
}

extension Fault {
    /// A setting that cannot be used.
    init(_ error: SettingError) {
        let terms = error.terms.mapValues { Sentence($0).text() }
        let line = Sentence(error.english, filling: error.values.merging(terms) { $1 }).text()
        self.init((error.place.map { $0 + ": " } ?? "") + line)
    }
}
