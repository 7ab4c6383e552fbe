package import ChatClient
internal import ChatCore
package import ChatSystem
internal import ChatWords
internal import Glibc

/// `join` on a terminal: events, keys, signals and time come together here, and every step ends in one write to the
/// terminal.
package actor JoinSession {
    let client: ChatClient
    let directory: RoomDirectory
    let options: JoinOptions
    var rooms: [RoomName] = []
    /// Where what is written is said.
    var current: RoomName
    /// How far each room was read, and what is unread there.
    var marks: ReadMarks
    /// The last messages of each room, which can be answered.
    var recent: [RoomName: [Message]] = [:]
    var connection = ConnectionState.connecting
    var latency: Duration?
    /// Who the user is here.
    var user: User?
    /// Lines that the server has not confirmed.
    var pending = PendingLines()
    var formatter: MessageFormatter
    var showsNotices: Bool
    var editor: LineEditor
    var screen: Screen
    var lastDay: String?
    /// Why the last try to connect failed.
    var lastFailure: String?
    /// Who is known to be where, for completion.
    var names: [RoomName: [UserID: String]] = [:]
    var counts: [RoomName: Int] = [:]
    /// Rooms that the server has, for completion.
    var knownRooms: [String] = []
    /// How many messages of the past are still to come: those call nobody.
    var replays: [RoomName: Int] = [:]
    var typing = TypingNotifier()
    var typists = Typists()
    var ignored = Ignored()
    var bell = Bell()

    /// What was printed last, for painting it anew.
    var printed: [Paragraph] = []
    /// How many lines came while the terminal was somebody else's; nil: it is the program's.
    var held: Int?
    var lastDraw = ContinuousClock.now
    var drawnAbove: [String] = []

    /// Work that a key or an event began, done beside them.
    private let jobs: AsyncStream<@Sendable () async -> Void>
    private let jobSink: AsyncStream<@Sendable () async -> Void>.Continuation

    package init(client: ChatClient, directory: RoomDirectory, options: JoinOptions) {
        self.client = client
        self.directory = directory
        self.options = options
        self.current = options.rooms[0]
        self.showsNotices = options.showsNotices
        self.marks = ReadMarks(options.readMarks?.load() ?? Positions())
        self.formatter = MessageFormatter(
            palette: options.palette,
            showsTime: options.showsTimestamps,
            showsRoom: false
        )
        var warnings = options.warnings
        var lines: [String] = []
        do throws(FileError) { lines = try options.inputHistory?.load() ?? [] } catch {
            warnings.append(Words.of(error))
        }
        self.editor = LineEditor(history: LineHistory(lines))
        self.screen = Screen(columns: Terminal.columns)
        let formatter = self.formatter
        self.printed = warnings.map { Paragraph(text: formatter.warning($0)) }
        // One for each line that may wait for its answer, 1,000, and many more than keys and events begin.
        (self.jobs, self.jobSink) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(4096))
    }

    /// How a session ended.
    package struct End: Sendable {
        package enum Cause: Sendable {
            case status(ExitStatus)
            case signal(Int32)
        }

        package var cause: Cause
        /// What is told after the terminal was put back.
        package var notice: String?
    }

    /// Talks until somebody leaves, the server ends it, or a signal does.
    package func run() async -> End {
        // Before the terminal is changed: from here on a signal finds somebody who puts it back.
        let signals = Signals([SIGWINCH, SIGCONT, SIGTERM, SIGHUP, SIGINT] + (self.options.hasScreen ? [SIGTSTP] : []))
        let stream = signals.stream
        defer { withExtendedLifetime(signals) {} }
        self.comeToTerminal()
        let warnings = self.printed
        self.printed = []
        self.print(warnings)
        await self.begin()
        let end = await withTaskGroup(of: End?.self) { group in
            group.addTask { await self.runClient() }
            group.addTask { await self.takeEvents() }
            group.addTask { self.options.hasScreen ? await self.takeKeys() : await self.takeLines() }
            group.addTask { await self.takeSignals(stream) }
            group.addTask { await self.doJobs() }
            group.addTask { await self.watchTime() }
            defer { group.cancelAll() }
            while let end = await group.next() {
                guard let end else { continue }
                await self.client.close()
                return end
            }
            return End(cause: .status(.success))
        }
        self.leaveTerminal()
        self.options.readMarks?.save(self.marks.read)
        return end
    }

    private func runClient() async -> End? {
        do throws(ClientError) { try await self.client.run() } catch {
            return End(cause: .status(ExitStatus(error)), notice: Words.of(error))
        }
        return nil
    }

    private func takeSignals(_ signals: AsyncStream<Int32>) async -> End? {
        for await number in signals {
            switch number {
            case SIGWINCH: self.redraw()
            case SIGCONT: self.checkTerminal(isContinued: true)
            case SIGTSTP: self.suspend()
            default: return End(cause: .signal(number))
            }
        }
        return nil
    }

    private func doJobs() async -> End? {
        await withDiscardingTaskGroup { group in
            for await job in self.jobs { group.addTask { await job() } }
            group.cancelAll()
        }
        return nil
    }

    /// Does something that waits, without letting keys and events wait for it.
    func later(_ job: @escaping @Sendable () async -> Void) { self.jobSink.yield(job) }
}
