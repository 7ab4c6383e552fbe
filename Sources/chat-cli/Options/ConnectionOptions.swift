internal import ArgumentParser
internal import ChatClient
internal import ChatCore
internal import ChatSystem
internal import ChatWords
internal import Foundation

/// What every command has to know: where the server is, who asks, and in which language.
struct ConnectionOptions: ParsableArguments {
    @Option(
        help: .said("The server's address, or its name in the configuration file. (default: ws://127.0.0.1:8080/ws)")
    )
    var server: String?

    @Option(help: .said("The name to be known by. (default: one that the server gives)"))
    var name: String?

    @Option(help: .said("A file with a token, for servers that demand one."))
    var tokenFile: String?

    @Option(help: .said("A command that prints a token."))
    var tokenCommand: String?

    @Option(help: .said("A PEM file of certificate authorities to trust in place of the system's."))
    var caFile: String?

    @Option(help: .said("The language of messages: en or ko. (default: as the locale says)"))
    var language: Language?

    @Option(name: .customLong("config"), help: .said("A configuration file. (default: ~/.config/chat-cli/config.json)"))
    var configurationFile: String?

    /// Gathers what was set, and speaks the language that was asked for from then on.
    ///
    /// - Parameter more: Flags of the command itself.
    /// - Returns: The settings.
    /// - Throws: ``Fault`` when something is not valid.
    func settings(_ more: [Setting: String?] = [:]) async throws -> Settings {
        let own: [Setting: String?] = [
            .server: self.server, .name: self.name, .tokenFile: self.tokenFile, .tokenCommand: self.tokenCommand,
            .caFile: self.caFile, .language: self.language?.rawValue,
        ]
        let flags = own.merging(more) { $1 }.compactMapValues(\.self)
        return try await Fault.unless {
            let settings = try await Settings(
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

extension Settings {
    /// How a client is to connect.
    ///
    /// - Throws: ``Fault`` when something is not valid.
    func clientConfiguration() throws -> ChatClient.Configuration {
        try Fault.unless {
            var configuration = ChatClient.Configuration(server: try ServerAddress(try self.address.value))
            if let name = self[.name] { configuration.name = try UserName(name.value) }
            configuration.token = try TokenSource(self, environment: ProcessInfo.processInfo.environment)?.token()
            configuration.trustedAuthorities = self[.caFile]?.value
            return configuration
        }
    }
}
