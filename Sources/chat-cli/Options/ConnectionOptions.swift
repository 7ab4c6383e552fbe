internal import ArgumentParser
internal import ChatClient
internal import ChatCore
internal import ChatSettings
internal import ChatSystem
internal import ChatWords
internal import Foundation

/// Options of every command: the server, the user, and the language.
struct ConnectionOptions: ParsableArguments {
    @Option(.server) var server: String?
    @Option(.name) var name: String?
    @Option(.tokenFile) var tokenFile: String?
    @Option(.tokenCommand) var tokenCommand: String?
    @Option(.caFile, also: "ca") var caFile: String?
    @Option(.language) var language: Language?

    @Option(name: .customLong("config"), help: .said("A configuration file. (default: ~/.config/chat-cli/config.json)"))
    var configurationFile: String?

    /// Gathers the settings, and switches to the chosen language.
    ///
    /// - Parameter more: Flags of the command itself.
    /// - Returns: The settings.
    /// - Throws: ``Fault`` when something is not valid.
    func settings(_ more: [Setting: String?] = [:]) async throws -> ClientSettings {
        let own: [Setting: String?] = [
            .server: self.server, .name: self.name, .tokenFile: self.tokenFile, .tokenCommand: self.tokenCommand,
            .caFile: self.caFile, .language: self.language?.rawValue,
        ]
        let flags = own.merging(more) { $1 }.compactMapValues(\.self)
        return try await Fault.unless {
            let settings = try await ClientSettings(
                flags: flags,
                environment: ProcessInfo.processInfo.environment,
                file: self.configurationFile ?? Environment["CHAT_CLI_CONFIG"]
            )
            if let language = settings[.language].flatMap({ Language(rawValue: $0.value) }) {
                Language.current = language
            }
            return settings
        }
    }

    /// - Throws: ``Fault`` when something is not valid.
    func configuration() async throws -> ChatClient.Configuration { try await self.settings().clientConfiguration() }
}

extension ClientSettings {
    /// The connection settings of a client.
    ///
    /// - Throws: ``Fault`` when something is not valid.
    func clientConfiguration() throws -> ChatClient.Configuration {
        try Fault.unless {
            var configuration = ChatClient.Configuration(server: try ServerAddress(try self.address.value))
            if let name = self[.name] { configuration.name = try UserName(name.value) }
            configuration.tokens = TokenSource(self, environment: ProcessInfo.processInfo.environment)?.provider()
            configuration.trustedAuthorities = self[.caFile]?.value
            return configuration
        }
    }
}
