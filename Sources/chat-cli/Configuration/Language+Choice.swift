internal import ChatSystem
internal import ChatTerminal
internal import ChatWords
internal import Foundation

extension Language {
    /// The language for errors in the command line itself: before it is parsed, and before settings are read.
    ///
    /// - Parameter arguments: The command line.
    /// - Returns: The language of `--language`, the environment, the configuration file or the locale, in this order.
    static func chosen(by arguments: [String]) -> Language {
        self.flag("--language", in: arguments).flatMap { Language(rawValue: $0) }
            ?? Environment["CHAT_LANGUAGE"].flatMap { Language(rawValue: $0) }
            ?? self.configured(self.flag("--config", in: arguments) ?? Environment["CHAT_CLI_CONFIG"])
            ?? .preferred { Environment[$0] }
    }

    private static func flag(_ name: String, in arguments: [String]) -> String? {
        for (index, argument) in arguments.enumerated() {
            if argument == "--" { return nil }
            if argument == name { return arguments.dropFirst(index + 1).first }
            if argument.hasPrefix(name + "=") { return String(argument.dropFirst(name.count + 1)) }
        }
        return nil
    }

    /// The language of the configuration file.
    ///
    /// A file that cannot be read is reported later, when the settings are read.
    private static func configured(_ path: String?) -> Language? {
        struct Contents: Decodable { var language: String? }
        guard let bytes = try? AtomicFile.read(path ?? Folders.chatCLI.configuration + "/config.json"),
            let contents = try? JSONDecoder().decode(Contents.self, from: Data(bytes))
        else { return nil }
        return contents.language.flatMap { Language(rawValue: $0) }
    }
}
