internal import ChatCore

/// The rooms of the embedded broker, and the times when their data expire.
///
/// A room is in a queue at most once, ordered by that time: nothing ever walks over all rooms, and a room in use that
/// keeps nothing is not in the queue.
struct MemoryRooms {
    /// The most rooms.
    static let maximum = 100_000

    private var rooms: [RoomName: RoomRecord] = [:]
    private var due = DueQueue<RoomName, Int>()
    /// The rooms that nobody was in when they came here, by the time of their last message.
    private var spare = DueQueue<RoomName, Int>()
    private let limits: LogLimits
    private let maximum: Int

    /// Makes an empty table.
    ///
    /// - Parameters:
    ///   - limits: The limits of what a room keeps.
    ///   - maximum: The most rooms.
    init(limits: LogLimits, maximum: Int = Self.maximum) {
        self.limits = limits
        self.maximum = maximum
    }

    /// The number of rooms.
    var count: Int { self.rooms.count }

    /// The names of those that have members or a log, in no order.
    var listed: [RoomName] { self.rooms.filter { $0.value.roster.count > 0 || $0.value.log.head.seq > 0 }.map(\.key) }

    subscript(_ name: RoomName) -> RoomRecord? { self.rooms[name] }

    /// Makes the room unless it is there.
    ///
    /// When there are as many as there may be, it takes the place of one that nobody is in.
    ///
    /// - Returns: Whether it is there.
    mutating func make(_ name: RoomName) -> Bool {
        guard self.rooms[name] == nil else { return true }
        guard self.rooms.count < self.maximum || self.forgetSpare() else { return false }
        var generator = SystemRandom()
        self.rooms[name] = RoomRecord(log: MemoryLog(room: name, epoch: Epoch(using: &generator)))
        self.noteSpare(name)
        return true
    }

    /// Forgets the room that nobody is in and in which nobody has spoken for longest.
    ///
    /// - Returns: Whether there was one.
    private mutating func forgetSpare() -> Bool {
        while let time = self.spare.firstTime, let name = self.spare.next(time) {
            guard let index = self.rooms.index(forKey: name), self.rooms.values[index].isSpare else { continue }
            self.rooms.values[index].isSpare = false
            guard !self.rooms.values[index].isInUse else { continue }
            // Somebody has spoken since.
            guard self.rooms.values[index].lastSpoken <= time else {
                self.noteSpare(name)
                continue
            }
            self.rooms.remove(at: index)
            return true
        }
        return false
    }

    /// A room that nobody is in may make place for another; it is in that queue at most once.
    private mutating func noteSpare(_ name: RoomName) {
        guard let index = self.rooms.index(forKey: name), !self.rooms.values[index].isSpare,
            !self.rooms.values[index].isInUse
        else { return }
        self.rooms.values[index].isSpare = true
        self.spare.schedule(name, at: self.rooms.values[index].lastSpoken)
        guard self.spare.count > 2 * max(self.rooms.count, 1024) else { return }
        // Most of them are of rooms that have expired since.
        self.spare.removeAll()
        for (name, room) in self.rooms where room.isSpare { self.spare.schedule(name, at: room.lastSpoken) }
    }

    /// Changes a room, in place.
    ///
    /// - Parameters:
    ///   - name: The room.
    ///   - now: The time, in milliseconds since the Unix epoch.
    ///   - change: The change.
    /// - Returns: The result of the change; nil when there is no such room.
    mutating func update<Result>(_ name: RoomName, now: Int, _ change: (inout RoomRecord) -> Result) -> Result? {
        guard let index = self.rooms.index(forKey: name) else { return nil }
        let result = change(&self.rooms.values[index])
        if !self.rooms.values[index].isDue, let time = self.rooms.values[index].nextForgetting(self.limits) {
            self.rooms.values[index].isDue = true
            self.due.schedule(name, at: max(time, now))
        }
        if !self.rooms.values[index].isSpare, !self.rooms.values[index].isInUse { self.noteSpare(name) }
        return result
    }

    /// Removes expired data of some rooms.
    ///
    /// - Parameters:
    ///   - now: The time, in milliseconds since the Unix epoch.
    ///   - limit: The most rooms to check.
    /// - Returns: The number of rooms checked; if it equals the limit, more may be due.
    mutating func forget(_ now: Int, limit: Int) -> Int {
        var looks = 0
        while looks < limit, let name = self.due.next(now) {
            looks += 1
            guard let index = self.rooms.index(forKey: name) else { continue }
            self.rooms.values[index].isDue = false
            self.rooms.values[index].log.forget(now, self.limits)
            guard !self.rooms.values[index].isForgotten(now, self.limits) else {
                self.rooms.remove(at: index)
                continue
            }
            // A room that has just been checked is not due again now.
            _ = self.update(name, now: now + 1) { _ in }
        }
        return looks
    }
}
