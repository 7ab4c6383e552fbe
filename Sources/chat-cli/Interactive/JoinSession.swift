internal import ChatClient
internal import ChatCore
internal import Glibc

/// `join` on a terminal: events, keys and signals come together here, and every step ends in one write to the terminal.
actor JoinSession {
    let client: ChatClient
    let history: Int
    var rooms: [RoomName]
    /// Where what is written is said.
    var current: RoomName
    var unread: [RoomName: Int] = [:]
    var connection = ConnectionState.connecting
    /// Lines that the server has not confirmed.
    var pending = 0
    var formatter: MessageFormatter
    var editor = LineEditor()
    var screen: Screen
    var lastDay: String?
    /// Why the last try to connect failed.
    var lastFailure: String?
    /// Who is known to be where, for completion.
    var names: [RoomName: [UserID: String]] = [:]

    /// Work that a key or an event began, done beside them.
    private let jobs: AsyncStream<@Sendable () async -> Void>
    private let jobSink: AsyncStream<@Sendable () async -> Void>.Continuation

    init(client: ChatClient, rooms: [RoomName], history: Int, palette: Palette) {
        self.client = client
        self.history = history
        self.rooms = []
        for room in rooms where !self.rooms.contains(room) { self.rooms.append(room) }
        self.current = rooms[0]
        self.formatter = MessageFormatter(palette: palette, showsTime: true, showsRoom: self.rooms.count > 1)
        self.screen = Screen(columns: Terminal.columns)
        (self.jobs, self.jobSink) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1000))
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
        self.draw([])
        for room in self.rooms { self.join(room) }
        let end = await withTaskGroup(of: End?.self) { group in
            group.addTask { await self.runClient() }
            group.addTask { await self.takeEvents() }
            group.addTask { await self.takeKeys() }
            group.addTask { await self.takeSignals() }
            group.addTask { await self.doJobs() }
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
    /// Prints lines above the input line.
    func draw(_ lines: [String]) {
        let resized = self.resized()
        Output.write(resized + self.screen.print(lines, prompt: self.prompt, editor: self.editor))
    }

    func redraw() {
        let resized = self.resized()
        Output.write(resized + self.screen.redraw(prompt: self.prompt, editor: self.editor))
    }

    func clear() { Output.write(self.screen.clear(prompt: self.prompt, editor: self.editor)) }
    func notice(_ text: String) { self.draw([self.formatter.notice(text)]) }
    func warn(_ text: String) { self.draw([self.formatter.warning(text)]) }

    /// The terminal may have another width before the signal that says so has come.
    private func resized() -> String {
        let columns = Terminal.columns
        guard columns != self.screen.width else { return "" }
        return self.screen.resize(columns: columns, prompt: self.prompt, editor: self.editor)
    }

    /// The room, what waits to be confirmed, what is unread elsewhere, and whether there is a connection.
    private var prompt: String {
        var prompt = self.current.rawValue
        if self.pending > 0 { prompt += " …\(self.pending)" }
        let unread = self.unread.filter { $0.key != self.current }.values.reduce(0, +)
        if unread > 0 { prompt += " +\(unread)" }
        if case .connected = self.connection { return prompt + "> " }
        return prompt + " (offline)> "
    }
}
