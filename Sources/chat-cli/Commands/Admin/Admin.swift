internal import ArgumentParser
internal import ChatClient
internal import ChatCore
internal import ChatSystem
internal import ChatTerminal
internal import ChatWords

/// `chat-cli admin`: moderates a server, with its key.
struct Admin: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            abstract: Sentence("Moderate a server: ban, mute, kick, clear and close, and see what was done.").text(),
            discussion: Sentence(
                """
                It needs the key of the server's admin API, in a file (--admin-key-file) or in CHAT_ADMIN_KEY. What \
                was decided holds on every node within a second.

                Exit status besides the usual ones: 1 nothing of this kind holds, 80 the key is missing, 81 it is wrong.
                """
            ).text(),
            subcommands: [
                Ban.self, Unban.self, Mute.self, Unmute.self, Kick.self, Delete.self, Clear.self, Close.self, Open.self,
                Slow.self,
                WordsOfRoom.self, Revoke.self, Unrevoke.self, Reserve.self, Unreserve.self, ListRulings.self, Log.self,
                Connections.self,
            ]
        )
    }
}

/// The options of every admin command: the server and its key.
struct AdminOptions: ParsableArguments {
    @OptionGroup var server: ConnectionOptions

    @Option(help: .said("A file with the key of the server's admin API; CHAT_ADMIN_KEY has it otherwise."))
    var adminKeyFile: String?

    @Option(help: .said("How many seconds the server may take."))
    var timeout: Double = 10

    func validate() throws { try Seconds.check(self.timeout, "--timeout") }

    /// Works with the admin API, and ends the program with the status of what comes of it.
    func run(_ body: @escaping @Sendable (AdminClient) async throws(ClientError) -> ExitStatus) async throws {
        let configuration = try await self.server.configuration()
        let client = try Fault.unless { try AdminClient(configuration, key: try self.key()) }
        let status = await withTaskGroup(of: ExitStatus.self) { group in
            group.addTask { await Self.status(of: client, body) }
            group.addTask {
                try? await Task.sleep(for: .seconds(self.timeout))
                return .timeout
            }
            defer { group.cancelAll() }
            let status = await group.next() ?? .success
            if status == .timeout { Output.notice(Phrase.noAnswer()) }
            return status
        }
        if status != .success { throw status.exitCode }
    }

    private static func status(
        of client: AdminClient,
        _ body: @Sendable (AdminClient) async throws(ClientError) -> ExitStatus
    ) async -> ExitStatus {
        do throws(ClientError) { return try await body(client) } catch {
            if !Task.isCancelled { Output.notice(Words.of(error)) }
            return error.code == .disconnected && error.refusal == nil ? .unavailable : ExitStatus(error)
        }
    }

    private func key() throws(Fault) -> String {
        var key = Environment["CHAT_ADMIN_KEY"] ?? ""
        if let file = self.adminKeyFile {
            guard let bytes = try? AtomicFile.read(file, mayBePipe: true) else {
                throw Fault(saying: "{path} cannot be read", ["path": file])
            }
            key = String(decoding: bytes, as: UTF8.self)
        }
        key = key.trimmingWhitespace
        guard !key.isEmpty else {
            throw Fault(saying: "an admin command needs a key: --admin-key-file or CHAT_ADMIN_KEY", [:], .tokenMissing)
        }
        // It goes into a header.
        guard key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Fault(saying: "the admin key has other characters than printable ASCII")
        }
        return key
    }
}

/// Why, and in whose name.
struct ReasonOptions: ParsableArguments {
    @Option(help: .said("Why; the person concerned reads it, and so do other moderators."))
    var reason: String?

    @Option(help: .said("The name under which it is recorded. (default: admin)"))
    var by: String?

    func write(to json: inout JSONWriter) {
        if let reason { json.field("reason", reason) }
        if let by { json.field("by", by) }
    }
}

/// How long it holds.
struct DurationOption: ParsableArguments {
    @Option(
        name: .customLong("for"),
        help: .said("How long it holds, such as 90s, 10m, 2h, 1d. (default: until it is lifted)")
    )
    var span: String?

    func validate() throws {
        guard self.span.map({ TimeSpan.milliseconds($0) != nil }) ?? true else {
            throw ValidationError(saying: "--for is a span of time, such as 90s, 10m, 2h, 1d")
        }
    }

    func write(to json: inout JSONWriter) {
        if let span, let milliseconds = TimeSpan.milliseconds(span) {
            json.field("seconds", max(1, milliseconds / 1000))
        }
    }
}

/// Those who are meant, and where.
struct TargetOptions: ParsableArguments {
    @Argument(help: .said("The id of a user, an address, or a network such as 192.0.2.0/24."))
    var target: String?

    @Option(help: .said("The sub of a token, in place of a user's id."))
    var subject: String?

    @Option(help: .said("The issuer of that token, if it has one."))
    var issuer: String?

    @Option(
        help: .said("Only in this room. (default: on the whole server)"),
        completion: RoomArgument.completion,
        transform: RoomArgument.parse
    )
    var room: RoomName?

    func validate() throws {
        guard (self.target == nil) != (self.subject == nil) else {
            throw ValidationError(saying: "who? Give a user's id, an address, or --subject")
        }
    }

    func write(to json: inout JSONWriter) {
        if let target { json.field(Network(target) == nil ? "user" : "address", target) }
        if let subject { json.field("subject", subject) }
        if let issuer { json.field("issuer", issuer) }
        if let room { json.field("room", room.rawValue) }
    }
}
