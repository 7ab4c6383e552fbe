internal import ChatClient
internal import ChatCore
internal import ChatSystem
internal import ChatWords

/// A conversation on a terminal: the rooms, the line that is being written, and the screen.
///
/// Keys, events, signals and time come to it one by one (``TerminalSession`` waits for them), and each ends in as few
/// writes to the terminal as it can. The work of a slash command is with the command (``SlashCommand``).
actor Conversation {
    nonisolated let client: ChatClient
    let directory: RoomListing
    let options: JoinOptions

    var rooms: JoinedRooms
    var link = LinkState()
    /// Lines that the server has not confirmed.
    var pending = LinesAwaitingAnswer()
    /// Wakes who waits for the last of them (``sayFarewell()``): one has its answer, or the connection has changed.
    nonisolated let settled = Wakeup()
    var draft: LineDraft
    var display: Display
    var formatter: MessageFormatter
    var showsNotices: Bool
    var typists = Typists()
    var ignored = Ignored()
    var bell = Bell()
    /// The day of the last message that was shown.
    var lastDay: String?
    /// Rooms that the server has, for completion.
    var knownRooms: [String] = []
    /// Whether the user wants to leave.
    private(set) var isLeaving = false
    private var warnings: [String]

    /// Work that a key or an event started, which runs beside them.
    nonisolated let jobs: AsyncStream<@Sendable () async -> Void>
    private let jobSink: AsyncStream<@Sendable () async -> Void>.Continuation

    init(client: ChatClient, directory: RoomListing, options: JoinOptions) {
        self.client = client
        self.directory = directory
        self.options = options
        self.rooms = JoinedRooms(current: options.rooms[0], read: options.readMarks?.load() ?? Positions())
        self.showsNotices = options.showsNotices
        self.formatter = MessageFormatter(
            palette: options.palette,
            showsTime: options.showsTimestamps,
            showsRoom: false
        )
        self.display = Display(hasScreen: options.hasScreen)
        self.warnings = options.warnings
        var lines: [String] = []
        do throws(FileError) { lines = try options.inputHistory?.load() ?? [] } catch {
            self.warnings.append(Words.of(error))
        }
        self.draft = LineDraft(history: LineHistory(lines))
        // One for each line that may wait for its answer, 1,000, and enough for everything that keys and events start.
        (self.jobs, self.jobSink) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(4096))
    }

    /// Runs work that waits, without delaying keys and events.
    func later(_ job: @escaping @Sendable () async -> Void) { self.jobSink.yield(job) }

    /// Sends the server a request and shows the answer.
    func ask(_ question: @escaping @Sendable (ChatClient, RoomName) async throws(ClientError) -> String) {
        let (client, room) = (self.client, self.rooms.current)
        self.later {
            do throws(ClientError) {
                await self.notice(try await question(client, room))
            } catch {
                await self.warn(Words.of(error))
            }
        }
    }

    // MARK: The beginning and the end

    /// The time for which a leaving user waits for lines that are not confirmed yet.
    private static let farewell: Duration = .seconds(2)

    /// Enters the rooms, and sends the messages of the outbox before any new ones.
    func begin() async {
        self.display.take()
        self.draw(self.warnings.map(self.formatter.warning))
        for room in self.options.rooms where !self.rooms.contains(room) { await self.join(room) }
        let kept = self.options.kept
        for send in kept.expired {
            self.warn(Phrase.outboxExpired(["room": send.room.rawValue, "text": send.text]))
        }
        for room in Set(kept.sends.map(\.room)) {
            if !self.rooms.contains(room) { await self.join(room) }
            let count = kept.sends.count { $0.room == room }
            self.notice(Phrase.kept(["room": room.rawValue, "count": "\(count)"]))
        }
        for send in kept.sends {
            do throws(ClientError) { self.follow(try await self.client.resend(send), send.text) } catch {
                self.warn(Notices.unsent(send.text, Words.of(error)))
            }
        }
    }

    /// The user wants to leave.
    func leave() { self.isLeaving = true }

    /// Waits a moment for lines that the server has not confirmed.
    ///
    /// - Returns: The number of lines that are still not confirmed.
    func sayFarewell() async -> Int {
        let deadline = ContinuousClock.now + Self.farewell
        while self.pending.count > 0, self.link.isConnected, .now < deadline {
            await self.settled.wait(until: deadline)
        }
        return self.pending.count
    }

    /// Gives the terminal back and saves the read position of each room.
    func end() {
        self.display.giveBack()
        self.options.readMarks?.save(self.rooms.marks.read)
    }

    // MARK: The rooms that the user is in

    /// Enters a room; a refusal comes as an event.
    func join(_ room: RoomName) async {
        self.rooms.add(room)
        self.formatter.showsRoom = self.rooms.names.count > 1
        await self.client.enter(room, from: self.options.history > 0 ? .last(self.options.history) : .live)
    }

    /// Whether the user may moderate the current room.
    func mayModerate() async -> Bool { await self.client.mayModerate(self.rooms.current) }

    /// Forgets a room that the user has left, or may not enter.
    func forget(_ room: RoomName) {
        let wasCurrent = room == self.rooms.current
        self.rooms.remove(room)
        self.formatter.showsRoom = self.rooms.names.count > 1
        if wasCurrent { self.redraw() }
    }

    /// Makes another room the current one.
    func talk(in room: RoomName) {
        self.rooms.enter(room)
        self.redraw()
    }
}
