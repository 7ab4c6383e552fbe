internal import ArgumentParser
internal import ChatClient
internal import ChatCore
internal import ChatTerminal
internal import ChatWords

/// `chat-cli tail`: prints messages for as long as there is a reader.
struct Tail: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            abstract: Sentence("Print the messages of rooms as they come; reconnect for ever and miss nothing.").text(),
            discussion: Sentence(
                """
                With --state the place that was reached is kept in a file, and the next run goes on behind it: a job that runs \
                now and then (tail lobby --state FILE --no-follow) prints every message once.
                """
            ).text()
        )
    }

    @OptionGroup var server: ConnectionOptions

    @Option(help: .said("How many messages of the past come first."))
    var history: Int = 0

    @Option(help: .said("How far back to begin: 90s, 10m, 2h, 1d."))
    var since: String?

    @Option(help: .said("A file that remembers the place in each room from one run to the next."))
    var state: String?

    @Option(help: .said("End after so many messages."))
    var count: Int?

    @Option(help: .said("End after so many seconds, with status 75 unless --count was reached."))
    var timeout: Double?

    @Flag(inversion: .prefixedNo, help: .said("Go on with what comes, or end when everything said so far is printed."))
    var follow = true

    @OptionGroup var output: OutputOptions

    @Argument(help: .said("The rooms."), completion: RoomArgument.completion, transform: RoomArgument.parse)
    var rooms: [RoomName]

    func validate() throws {
        guard self.history >= 0 else { throw ValidationError(saying: "--history is not below 0") }
        guard self.count.map({ $0 > 0 }) ?? true else { throw ValidationError("--count", above: 0) }
        if let timeout { try Seconds.check(timeout, "--timeout") }
        guard !self.rooms.isEmpty else { throw ValidationError(saying: "which room?") }
        guard self.since == nil || self.history == 0 else { throw ValidationError("--since", without: "--history") }
        guard self.since.map({ TimeSpan.milliseconds($0) != nil }) ?? true else {
            throw ValidationError(saying: "--since is a span of time, such as 90s, 10m, 2h, 1d")
        }
    }

    func run() async throws {
        let settings = try await self.server.settings()
        let positions = try self.state.map { path throws(Fault) in try TailStateFile(path) }
        let run = TailRun(
            rooms: self.rooms,
            history: self.history,
            since: self.since.flatMap(TimeSpan.milliseconds),
            count: self.count,
            follows: self.follow,
            printer: try self.output.printer(settings, showsTime: false, showsRoom: self.rooms.count > 1),
            positions: positions
        )
        let configuration = try settings.clientConfiguration()
        try await Session.run(configuration, timeout: self.timeout.map { .seconds($0) }) { client in
            try await run.run(client)
        }
    }
}
