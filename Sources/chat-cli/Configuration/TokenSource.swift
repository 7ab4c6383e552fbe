internal import ChatCore
internal import ChatSettings
internal import ChatSystem
internal import ChatWords
internal import Glibc

/// The source of a token: a file, the environment or a command.
///
/// Never an argument, which every user of the machine can
/// read, and never the configuration file, which people copy.
enum TokenSource: Equatable, Sendable {
    case file(String)
    case environment
    case command(String)

    /// The setting that is used: the one nearest to the user goes first.
    init?(_ settings: ClientSettings, environment: [String: String]) {
        let isSet = environment["CHAT_TOKEN"]?.isEmpty == false
        switch (settings[.tokenFile], settings[.tokenCommand]) {
        case (let file?, _) where file.source == .flag: self = .file(file.value)
        case (_, let command?) where command.source == .flag: self = .command(command.value)
        case (_, _) where isSet: self = .environment
        case (let file?, _): self = .file(file.value)
        case (nil, let command?): self = .command(command.value)
        case (nil, nil): return nil
        }
    }

    /// The most bytes of a token.
    static let maximumBytes = 8192

    /// Reads the token.
    ///
    /// - Throws: ``Fault``, which contains no part of the token.
    func token() throws(Fault) -> String {
        let token: String
        switch self {
        case .environment: return Environment["CHAT_TOKEN"] ?? ""
        case .file(let path):
            guard let file = fopen(path, "r") else { throw Fault(saying: "{path} cannot be read", ["path": path]) }
            defer { fclose(file) }
            token = Self.read(file)
        case .command(let command):
            // The command may ask for a passphrase: it has the terminal, and its errors are visible.
            guard let pipe = popen(command, "r") else { throw Fault(saying: "token-command cannot be run") }
            token = Self.read(pipe)
            guard pclose(pipe) == 0 else { throw Fault(saying: "token-command failed") }
        }
        guard !token.isEmpty else { throw Fault(saying: "the token is empty") }
        return token
    }

    private static func read(_ file: UnsafeMutablePointer<FILE>) -> String {
        var bytes = [UInt8](repeating: 0, count: self.maximumBytes)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self).trimmingWhitespace
    }
}
