internal import ChatClient
internal import ChatCore
internal import Glibc

/// `join` on a terminal: events, keys, signals and time come together here, and every step ends in one write to the
/// terminal.
actor JoinSession {
    let client: ChatClient
    let directory: RoomDirectory
    let options: JoinOptions
    var rooms: [RoomName] = []
    /// Where what is written is said.
    var current: RoomName
    var unread: [RoomName: Int] = [:]
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
    private var printed: [String] = []
    private var lastDraw = ContinuousClock.now
    private var drawnAbove: [String] = []

    /// Work that a key or an event began, done beside them.
    private let jobs: AsyncStream<@Sendable () async -> Void>
    private let jobSink: AsyncStream<@Sendable () async -> Void>.Continuation

    init(client: ChatClient, directory: RoomDirectory, options: JoinOptions) {
        self.client = client
        self.directory = directory
        self.options = options
        self.current = options.rooms[0]
        self.showsNotices = options.showsNotices
        self.formatter = MessageFormatter(
            palette: options.palette,
            showsTime: options.showsTimestamps,
            showsRoom: false
        )
        var warnings = options.warnings
        var lines: [String] = []
        do throws(SettingError) { lines = try options.inputHistory?.load() ?? [] } catch {
            warnings.append(error.message)
        }
        self.editor = LineEditor(history: LineHistory(lines))
        self.screen = Screen(columns: Terminal.columns)
        self.printed = warnings.map(self.formatter.warning)
        // One for each line that may wait for its answer, 1,000, and many more than keys and events begin.
        (self.jobs, self.jobSink) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(4096))
    }

    /// How a session ended.
    struct End: Sendable {
        enum Cause: Sendable {
            case status(ExitStatus)
            case signal(Int32)
        }

        var cause: Cause
        /// What is told after the terminal was put back.
        var notice: String?
    }

    /// Talks until somebody leaves, the server ends it, or a signal does.
    func run() async -> End {
        let warnings = self.printed
        self.printed = []
        self.draw(warnings)
        await self.begin()
        let end = await withTaskGroup(of: End?.self) { group in
            group.addTask { await self.runClient() }
            group.addTask { await self.takeEvents() }
            group.addTask { await self.takeKeys() }
            group.addTask { await self.takeSignals() }
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
        Output.write(self.screen.hide())
        return end
    }

    private func runClient() async -> End? {
        do throws(ClientError) { try await self.client.run() } catch {
            return End(cause: .status(ExitStatus(error)), notice: error.message)
        }
        return nil
    }

    private func takeSignals() async -> End? {
        let signals = Signals([SIGWINCH, SIGCONT, SIGTERM, SIGHUP, SIGINT])
        for await number in signals.stream {
            switch number {
            case SIGWINCH: self.redraw()
            case SIGCONT:
                Terminal.makeRaw()
                self.redraw()
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

// MARK: - Drawing

extension JoinSession {
    /// How many lines are remembered for painting them anew.
    private static let remembered = 300
    /// How long after it changed its width a terminal may tell it.
    private static let latestNews: Duration = .milliseconds(600)

    /// Prints lines above the input line.
    func draw(_ lines: [String], ringing: Bool = false) {
        let resized = self.resized()
        self.printed += lines
        if self.printed.count > 2 * Self.remembered { self.printed.removeFirst(self.printed.count - Self.remembered) }
        self.write(resized + self.screen.print(lines, self.block) + (ringing ? "\u{7}" : ""))
    }

    func redraw() {
        let resized = self.resized()
        self.write(resized + self.screen.redraw(self.block))
    }

    /// Draws anew what time alone has changed, if it has.
    func refresh() { if self.above != self.drawnAbove { self.redraw() } }

    func clear() {
        self.printed = []
        self.write(self.screen.clear(self.block))
    }

    func notice(_ text: String) { self.draw([self.formatter.notice(text)]) }
    func warn(_ text: String) { self.draw([self.formatter.warning(text)]) }

    private func write(_ text: String) {
        self.lastDraw = .now
        Output.write(text)
    }

    /// The terminal may have another width before the signal that says so has come.
    private func resized() -> String {
        let columns = Terminal.columns
        guard columns != self.screen.width else { return "" }
        // Terminals wrap at once and tell it late. What was drawn in between stands where nobody knows.
        guard .now - self.lastDraw < Self.latestNews else { return self.screen.resize(columns: columns, self.block) }
        return self.screen.repaint(columns: columns, rows: Terminal.rows, lines: self.printed, self.block)
    }

    private var block: Screen.Block {
        self.drawnAbove = self.above
        return Screen.Block(above: self.drawnAbove, prompt: self.prompt, editor: self.editor)
    }

    /// The lines that wait, and the status line.
    private var above: [String] {
        let columns = max(2, Terminal.columns - 1)
        let isOffline = if case .connected = self.connection { false } else { true }
        let waiting = self.pending.shown(now: .now, isOffline: isOffline)
        let palette = self.formatter.palette
        let lines = waiting.map { palette.faint(CellWidth.prefix(of: "… \($0.sanitizedLine)", columns)) }
        guard self.options.showsStatus else { return lines }
        return lines + [palette.bar(self.status.text(columns: columns))]
    }

    private var status: StatusLine {
        let unread = self.rooms.enumerated().compactMap { index, room in
            self.unread[room].map { (number: index + 1, room: room.rawValue, count: $0) }
        }
        let link: StatusLine.Link =
            switch self.connection {
            case .connecting: .connecting
            case .waiting: .offline
            case .connected(let welcome): .connected(node: welcome.node, latency: self.latency)
            }
        return StatusLine(
            room: self.current.rawValue,
            members: self.counts[self.current],
            unread: unread,
            typists: self.typists.names(in: self.current, now: .now),
            link: link
        )
    }

    /// The room, what waits to be confirmed, what is unread elsewhere, and whether there is a connection.
    private var prompt: String {
        if let query = self.editor.searchQuery { return "(\(Phrase.searchPrompt()): \(query.sanitizedLine)) " }
        var prompt = self.current.rawValue
        if self.pending.count > 0 { prompt += " …\(self.pending.count)" }
        let unread = self.unread.filter { $0.key != self.current }.values.reduce(0, +)
        if unread > 0 { prompt += " +\(unread)" }
        if case .connected = self.connection { return prompt + "> " }
        return prompt + " (offline)> "
    }
}
