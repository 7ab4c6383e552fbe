internal import ChatCore
internal import NIOCore

/// Keeps the index of rooms cheap: each node enters a room only now and then, many rooms by one command, and not with
/// each message.
struct RoomIndex {
    /// The time for which an entered room is not entered again; at most twice that.
    static let interval = TimeAmount.minutes(10)
    /// The number of rooms remembered per interval; beyond it, some are entered too often.
    static let limit = 100_000
    /// The interval at which old rooms are removed.
    static let pruneInterval = TimeAmount.minutes(1)
    /// The most rooms in one command.
    static let batch = 500

    /// Rooms that were entered in this interval, and in the one before.
    private var current: Set<RoomName> = []
    private var previous: Set<RoomName> = []
    private var waiting: [RoomName] = []
    private var began: NIODeadline
    private var pruned: NIODeadline

    /// Begins with nothing entered.
    init(now: NIODeadline) { (self.began, self.pruned) = (now, now) }

    /// Whether it is time to remove old rooms.
    mutating func prune(now: NIODeadline) -> Bool {
        guard now - self.pruned >= Self.pruneInterval else { return false }
        self.pruned = now
        return true
    }

    /// The room was active.
    ///
    /// - Returns: Whether it is the first that waits to be entered in the index.
    mutating func touch(_ room: RoomName, now: NIODeadline) -> Bool {
        if now - self.began >= Self.interval || self.current.count >= Self.limit {
            (self.previous, self.current, self.began) = (self.current, [], now)
        }
        guard !self.previous.contains(room), self.current.insert(room).inserted else { return false }
        self.waiting.append(room)
        return self.waiting.count == 1
    }

    /// The rooms to enter now, batch by batch.
    mutating func take() -> [ArraySlice<RoomName>] {
        let rooms = self.waiting[...]
        self.waiting = []
        return stride(from: 0, to: rooms.count, by: Self.batch).map { rooms.dropFirst($0).prefix(Self.batch) }
    }

    /// Rooms could not be entered: they are entered with their next activity.
    mutating func failed(_ rooms: some Sequence<RoomName>) {
        for room in rooms { self.current.remove(room) }
    }
}
