internal import ArgumentParser
internal import ChatIdentity
internal import ChatSystem
internal import ChatTerminal
internal import ChatWords
internal import Glibc

/// `chat-cli token`: makes tokens, for development.
struct Token: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            abstract: Sentence("Make a token, for development: in earnest a log-in makes them.").text(),
            discussion: Sentence(
                """
                The key is the secret that the server has as --token-key, or a private key in PEM (RSA, P-256, Ed25519) whose \
                public key it has. `chat-cli token --new-key FILE` makes a secret; `chat-cli token --key FILE --sub mina \
                --room 'team-*=read,write'` prints a token.
                """
            ).text()
        )
    }

    @Option(help: .said("The file with the key."))
    var key: String?

    @Option(help: .said("Write a new secret to this file, which only you can read; it must not exist."))
    var newKey: String?

    @Option(help: .said("Whom the token is for."))
    var sub: String?

    @Option(help: .said("The user's name; without it the user chooses one."))
    var name: String?

    @Option(
        help: .said(
            "Rights in rooms, e.g. 'team-*=read,write': live, history, presence, read, write, moderate. Several times."
        )
    )
    var room: [String] = []

    @Option(help: .said("How long it is good: 90s, 10m, 2h, 1d."))
    var expires = "1h"

    @Option(help: .said("Who makes it (iss)."))
    var issuer: String?

    @Option(help: .said("For which server (aud)."))
    var audience: String?

    @Option(help: .said("Its own name, by which it can be revoked (jti)."))
    var id: String?

    @Option(.language) var language: Language?

    func validate() throws {
        guard (self.key == nil) != (self.newKey == nil) else {
            throw ValidationError(saying: "a token wants --key, or --new-key makes one")
        }
        guard self.key == nil || self.sub != nil else { throw ValidationError(saying: "a token wants --sub") }
        guard TimeSpan.milliseconds(self.expires) != nil else {
            throw ValidationError(saying: "--expires is a span of time, such as 90s, 10m, 2h, 1d")
        }
        _ = try self.rooms()
    }

    func run() async throws {
        if let language { Language.current = language }
        if let newKey { return try Self.writeSecret(to: newKey) }
        guard let key, let sub, let span = TimeSpan.milliseconds(self.expires) else { return }
        var claims = TokenMint.Claims(subject: sub, seconds: span / 1000)
        claims.name = self.name
        claims.rooms = try self.rooms()
        claims.issuer = self.issuer
        claims.audience = self.audience
        claims.id = self.id
        do throws(KeyError) {
            let mint = try await TokenMint(key: try Self.read(key))
            Output.write(try await mint.token(claims, now: WallClock.now() / 1000) + "\n")
        } catch {
            throw Fault("\(key): \(Words.of(said: error.reason))")
        }
    }

    /// Reads `team-*=read,write`.
    private func rooms() throws -> [String: [String]] {
        try self.room.reduce(into: [:]) { rooms, rule in
            guard let equals = rule.lastIndex(of: "="), equals != rule.startIndex else {
                throw ValidationError(saying: "--room is a pattern, = and rights with commas between")
            }
            let words = rule[rule.index(after: equals)...].split(separator: ",").map(String.init)
            let known: Set<String> = ["live", "history", "presence", "read", "write", "moderate"]
            guard !words.isEmpty, words.allSatisfy(known.contains) else {
                throw ValidationError(saying: "the rights are live, history, presence, read, write, moderate")
            }
            rooms[String(rule[..<equals])] = words
        }
    }

    private static func read(_ path: String) throws(KeyError) -> [UInt8] {
        let bytes: [UInt8]?
        do throws(FileError) { bytes = try AtomicFile.read(path, mayBePipe: true) } catch {
            throw KeyError(Words.of(error))
        }
        guard let bytes else { throw KeyError(Words.of(errno: ENOENT)) }
        return bytes
    }

    private static func writeSecret(to path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Fault("\(path): \(Words.of(errno: errno))", .storage) }
        defer { close(file) }
        do throws(WriteError) { try Descriptor(file).write(TokenMint.newSecret() + "\n") } catch {
            throw Fault("\(path): \(Words.of(errno: error.code))", .storage)
        }
    }
}
