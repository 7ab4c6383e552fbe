internal import ChatClient
internal import ChatCore
internal import ChatSettings
internal import ChatSystem
internal import ChatTerminal
internal import ChatWords
internal import Foundation
internal import Synchronization

/// The source of tokens: a file, the environment or a command.
///
/// Never an argument, which every user of the machine can read, and never the configuration file, which people copy.
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

    /// The longest time for a command: long enough for somebody to type a passphrase.
    private static let patience: Duration = .seconds(50)

    /// Gives the client a token each time that it needs one: the file is read again, the command runs again.
    func provider() -> TokenProvider {
        let isFirst = FirstTime()
        switch self {
        case .environment: return .fixed(Environment["CHAT_TOKEN"]?.trimmingWhitespace ?? "")
        case .file(let path):
            return TokenProvider { () async throws(TokenFailure) in
                let wasFirst = isFirst.take()
                return try await Self.onThread { () throws(TokenFailure) in try Self.read(path, tells: wasFirst) }
            }
        case .command(let command):
            return TokenProvider { () async throws(TokenFailure) in
                // Before the screen is drawn it may write to standard error, where it asks for a passphrase, say.
                let wasFirst = isFirst.take()
                return try await Self.onThread { () throws(TokenFailure) in
                    try Self.read(command: command, sharesErrors: wasFirst)
                }
            }
        }
    }

    /// Runs something that may block for long on a thread of its own.
    private static func onThread(
        _ body: @escaping @Sendable () throws(TokenFailure) -> String
    ) async throws(TokenFailure) -> String {
        let answer = Promised<Result<String, TokenFailure>>()
        Thread.detachNewThread {
            do throws(TokenFailure) { answer.resolve(.success(try body())) } catch { answer.resolve(.failure(error)) }
        }
        // A command that is given up ends by its own bound.
        guard let result = await answer.wait() else { throw TokenFailure("cancelled") }
        return try result.get()
    }

    private static func read(_ path: String, tells: Bool) throws(TokenFailure) -> String {
        guard let file = fopen(path, "re") else {
            throw TokenFailure(Sentence("{path} cannot be read", ["path": path]).text(), isFinal: true)
        }
        defer { fclose(file) }
        var facts = stat()
        if tells, fstat(fileno(file), &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, facts.st_mode & S_IROTH != 0 {
            Output.notice(Sentence("every user of this machine can read {path}", ["path": path]).text())
        }
        var bytes = [UInt8](repeating: 0, count: TokenProvider.maximumBytes + 1)
        let count = fread(&bytes, 1, bytes.count, file)
        return try self.token(Array(bytes.prefix(count)))
    }

    private static func read(command: String, sharesErrors: Bool) throws(TokenFailure) -> String {
        let shell = ShellCommand(
            command,
            maximumBytes: TokenProvider.maximumBytes + 1,
            patience: self.patience,
            sharesErrors: sharesErrors
        )
        switch shell.run() {
        case .printed(let bytes): return try self.token(bytes)
        case .failed(let line):
            let words = Sentence("token-command failed").text()
            throw TokenFailure(line.isEmpty ? words : "\(words): \(line.sanitizedLine)", isFinal: true)
        case .tooLong: throw TokenFailure(Sentence("token-command prints more than a token").text(), isFinal: true)
        case .tooSlow: throw TokenFailure(Sentence("token-command took too long").text())
        case .unstartable(let error):
            let words = Sentence("token-command cannot be run").text()
            throw TokenFailure("\(words): \(Words.of(errno: error))", isFinal: true)
        }
    }

    private static func token(_ bytes: [UInt8]) throws(TokenFailure) -> String {
        let token = String(decoding: bytes, as: UTF8.self).trimmingWhitespace
        guard !token.isEmpty else { throw TokenFailure(Sentence("the token is empty").text(), isFinal: true) }
        return token
    }
}

/// Tells the first time from later ones.
private final class FirstTime: Sendable {
    private let isFirst = Atomic(true)

    /// Whether this is the first time.
    func take() -> Bool { self.isFirst.exchange(false, ordering: .relaxed) }
}
