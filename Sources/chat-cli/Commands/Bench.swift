internal import ArgumentParser
internal import ChatBench
internal import ChatClient
internal import ChatCore
internal import ChatSettings
internal import ChatSystem
internal import ChatTerminal
internal import ChatWords
internal import Glibc

/// `chat-cli bench`: measures how much a server carries, and how fast.
struct Bench: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            abstract: Sentence("Measure throughput and latency of a server.").text(),
            discussion: Sentence(
                """
                Clients join rooms of this run alone, the senders of each room send, and everybody receives. Latency counts \
                from the time at which a message was due, so that a server that stalls does not hide it. Start the server \
                with --unlimited: its limits are made for people.

                Exit status: 0 measured, 1 messages were lost or out of order, 64 wrong usage, 69 not all clients could \
                connect and join, 74 the server closed all connections, 130 interrupted (what was measured is printed).
                """
            ).text()
        )
    }

    @Option(help: .said("A server's address; several times for the nodes of one chat. (default: $CHAT_SERVER)"))
    var server: [String] = []

    @Option(.caFile) var caFile: String?

    @Option(help: .said("How many clients connect."))
    var clients: Int = 100

    @Option(help: .said("In how many rooms; each client is in one."))
    var rooms: Int = 1

    @Option(help: .said("How many clients of each room send. 0: all are only there."))
    var senders: Int = 1

    @Option(
        help: .said("Messages in a second of all senders together, whether or not the server keeps up (open loop).")
    )
    var rate: Double?

    @Option(help: .said("Messages that each sender has under way (closed loop). (default: 1)"))
    var window: Int?

    @Option(help: .said("Bytes of a text."))
    var size: Int = 128

    @Option(help: .said("For how many seconds is measured."))
    var duration: Double = 10

    @Option(help: .said("For how many seconds the load goes on before that."))
    var warmup: Double = 1

    @Option(help: .said("Threads of the generator."))
    var threads: Int = 1

    @Option(help: .said("A process of the server on this machine, whose CPU and memory are measured; several times."))
    var pid: [Int32] = []

    @Flag(inversion: .prefixedNo, help: .said("Give each message an idempotency key."))
    var keys = true

    @Option(.language) var language: Language?

    @Flag(help: .said("Print the result as one line of JSON."))
    var json = false

    func validate() throws {
        func check(_ option: String, _ value: Int, from low: Int, to high: Int) throws {
            guard (low...high).contains(value) else { throw ValidationError(option, from: low, to: high) }
        }
        try check("--clients", self.clients, from: 1, to: 1_000_000)
        guard (1...self.clients).contains(self.rooms) else {
            throw ValidationError(saying: "--rooms is from 1 to --clients")
        }
        guard (0...self.clients / self.rooms).contains(self.senders) else {
            throw ValidationError(saying: "--senders is from 0 to the clients of a room")
        }
        guard self.rate == nil || self.window == nil else {
            throw ValidationError(saying: "--rate (open loop) or --window (closed loop), not both")
        }
        guard self.rate.map({ $0 >= 0.001 && $0 <= 1e7 }) ?? true else {
            throw ValidationError(saying: "--rate is from 0.001 to 10000000")
        }
        if let window { try check("--window", window, from: 1, to: PendingSends.maximum) }
        try check("--size", self.size, from: BenchPlan.minimumSize, to: 1_000_000)
        try Seconds.check(self.duration, "--duration")
        guard self.warmup >= 0, self.warmup <= Seconds.maximum else {
            throw ValidationError(
                saying: "--warmup is not below 0 seconds, at most {maximum}",
                ["maximum": "\(Int(Seconds.maximum))"]
            )
        }
        try check("--threads", self.threads, from: 1, to: 256)
    }

    func run() async throws {
        let plan = try self.plan()
        if !self.pid.isEmpty, ProcessUsage.of(self.pid) == nil {
            throw Fault(Phrase.noProcess())
        }
        do throws(TooFewDescriptors) { try DescriptorLimit.raise(for: plan.clients) } catch {
            throw Fault(
                saying: "{count} connections need more open files than the {limit} allowed here (ulimit -Hn)",
                ["count": "\(error.connections)", "limit": "\(error.limit)"]
            )
        }
        let progress = Progress()
        let run: BenchRun
        do {
            run = try BenchRun(
                plan,
                trustedAuthorities: self.caFile,
                serverProcesses: self.pid,
                show: { progress.show($0) }
            )
        } catch {
            throw Fault(Words.of(error))
        }
        let outcome = await Self.interruptible { try await run.result() }
        progress.clear()
        let result: BenchResult
        switch outcome {
        case .success(let value): result = value
        case .failure(let failure):
            Output.notice(failure.message)
            throw failure.status.exitCode
        }
        let report = BenchReport(result: result, isUnicode: LocaleCharacters.isUTF8)
        Output.write((self.json ? [report.json] : report.lines).map { $0 + "\n" }.joined())
        if result.status != .success { throw result.status.exitCode }
    }

    /// Lets SIGINT and SIGTERM end the run with its present results; a second one ends the program.
    private static func interruptible(
        _ body: @Sendable @escaping () async throws -> BenchResult
    ) async -> Result<BenchResult, BenchFailure> {
        let signals = Signals([SIGINT, SIGTERM])
        return await withTaskGroup(of: Result<BenchResult, BenchFailure>?.self) { group in
            group.addTask {
                do { return .success(try await body()) } catch let failure as BenchFailure {
                    return .failure(failure)
                } catch {
                    return .failure(BenchFailure(status: .software, message: "\(error)"))
                }
            }
            let stream = signals.stream
            group.addTask {
                for await _ in stream {
                    Signals.release([SIGINT, SIGTERM])
                    break
                }
                return nil
            }
            defer { group.cancelAll() }
            while let outcome = await group.next() {
                if let outcome { return outcome }
                group.cancelAll()
            }
            return .failure(BenchFailure(status: .software, message: Sentence("the run ended without a result").text()))
        }
    }

    private func plan() throws -> BenchPlan {
        var generator = SystemRandom()
        let run = Base36.random(digits: 8, using: &generator)
        let addresses =
            self.server.isEmpty ? [Environment[Setting.server.variable] ?? Setting.server.fallback] : self.server
        do {
            return BenchPlan(
                servers: try addresses.map { try ServerAddress($0) },
                clients: self.clients,
                rooms: try (1...self.rooms).map { try RoomName("bench-\(run)-\($0)") },
                senders: self.senders,
                pace: self.rate.map { .rate($0) } ?? .window(self.window ?? 1),
                size: self.size,
                hasKeys: self.keys,
                duration: .milliseconds(Int(self.duration * 1000)),
                warmup: .milliseconds(Int(self.warmup * 1000)),
                threads: min(self.threads, self.clients),
                run: run
            )
        } catch let error as ClientError {
            throw Fault(Words.of(error))
        }
    }
}
