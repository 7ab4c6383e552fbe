internal import ArgumentParser
internal import ChatClient
internal import ChatCore
internal import ChatSettings
internal import ChatSystem
internal import ChatTerminal
internal import ChatVerify
internal import ChatWords
internal import Glibc

/// `chat-cli verify`: checks whether servers keep the protocol's promises.
struct Verify: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            abstract: Sentence("Check that no acknowledged message is lost, doubled or out of order.").text(),
            discussion: Sentence(
                """
                Clients talk by chance in rooms of their own, leave and join, break their connections and go from server to \
                server. Everything on their wires is recorded, and judged at the end.

                Exit status: 0 no violation, 1 violations, 69 no connection, 75 nothing was acknowledged.
                """
            ).text()
        )
    }

    @Option(help: .said("A server's address; several times for the nodes of one chat. (default: $CHAT_SERVER)"))
    var server: [String] = []

    @Option(.caFile) var caFile: String?

    @Option(help: .said("How many clients talk."))
    var clients: Int = 10

    @Option(help: .said("In how many rooms."))
    var rooms: Int = 3

    @Option(help: .said("For how many seconds."))
    var duration: Double = 10

    @Option(help: .said("Messages of each client in a second."))
    var rate: Double = 5

    @Option(help: .said("How many seconds the clients have in the end to come to rest."))
    var settle: Double = 30

    @Option(help: .said("Draws the same again. (default: by chance; the report says which)"))
    var seed: UInt64?

    @Option(.language) var language: Language?

    @Flag(help: .said("Print the result as one line of JSON."))
    var json = false

    @Option(help: .said("Write everything that the clients did and saw to this file, one JSON object on each line."))
    var record: String?

    func validate() throws {
        guard (1...10_000).contains(self.clients) else { throw ValidationError("--clients", from: 1, to: 10_000) }
        guard (1...100).contains(self.rooms) else { throw ValidationError("--rooms", from: 1, to: 100) }
        try Seconds.check(self.duration, "--duration")
        try Seconds.check(self.settle, "--settle")
        guard self.rate > 0, self.rate <= 1000 else { throw ValidationError(saying: "--rate is above 0, at most 1000") }
    }

    func run() async throws {
        let plan = try self.plan()
        let run: VerifyRun
        do { run = try VerifyRun(plan) } catch { throw Fault(Words.of(error)) }
        let file = try self.record.map(Self.create)
        let progress = Progress()
        let history = await run.history { progress.show(Self.words($0)) }
        progress.clear()
        if let file, !Output.write(history.lines.map { $0 + "\n" }.joined(), to: file) {
            Output.notice("\(self.record ?? ""): \(Words.of(errno: errno))")
            throw ExitStatus.storage.exitCode
        }
        let report = VerifyReport(plan: plan, verdict: HistoryJudge.judge(history))
        guard report.verdict.counts.connections > 0 else {
            Output.notice(Phrase.noConnection())
            throw ExitStatus.unavailable.exitCode
        }
        Output.write((self.json ? [report.json] : report.lines).map { $0 + "\n" }.joined())
        guard report.verdict.violations.isEmpty else { throw ExitStatus.partial.exitCode }
        guard report.verdict.counts.acknowledged > 0 else {
            Output.notice(Phrase.nothingAcknowledged())
            throw ExitStatus.timeout.exitCode
        }
    }

    private func plan() throws -> VerifyPlan {
        var generator = SystemRandom()
        let run = Base36.random(digits: 8, using: &generator)
        let addresses =
            self.server.isEmpty ? [Environment[Setting.server.variable] ?? Setting.server.fallback] : self.server
        do {
            return VerifyPlan(
                servers: try addresses.map { address in
                    var configuration = ChatClient.Configuration(server: try ServerAddress(address))
                    configuration.tokens = Environment["CHAT_TOKEN"].map(TokenProvider.fixed)
                    configuration.trustedAuthorities = self.caFile
                    return configuration
                },
                clients: self.clients,
                rooms: try (1...self.rooms).map { try RoomName("verify-\(run)-\($0)") },
                keyPrefix: run,
                duration: .milliseconds(Int(self.duration * 1000)),
                settling: .milliseconds(Int(self.settle * 1000)),
                rate: self.rate,
                seed: self.seed ?? UInt64.random(in: 0...UInt64(UInt32.max), using: &generator)
            )
        } catch let error as ClientError {
            throw Fault(Words.of(error))
        }
    }

    /// A file that cannot be written is reported before the run, not after it.
    private static func create(_ path: String) throws -> Int32 {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw Fault("\(path): \(Words.of(errno: errno))", .storage) }
        return file
    }

    private static func words(_ progress: VerifyRun.Progress) -> String {
        Sentence(
            "{phase} {seconds} s: {sent} sent, {acknowledged} acknowledged, {received} received",
            [
                "phase": progress.phase.text(), "seconds": "\(progress.elapsed.components.seconds)",
                "sent": "\(progress.sent)", "acknowledged": "\(progress.acknowledged)",
                "received": "\(progress.received)",
            ]
        ).text()
    }
}
