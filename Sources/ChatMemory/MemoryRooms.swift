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
    private let limits: LogLimits

    init(limits: LogLimits) { self.limits = limits }

    /// The number of rooms.
    var count: Int { self.rooms.count }

    /// The names of those that have members or a log, in no order.
    var listed: [RoomName] { self.rooms.filter { $0.value.roster.count > 0 || $0.value.log.head.seq > 0 }.map(\.key) }

    subscript(_ name: RoomName) -> RoomRecord? { self.rooms[name] }

    /// Makes the room unless it is there.
    ///
    /// - Returns: Whether it is there.
    mutating func make(_ name: RoomName) -> Bool {
        guard self.rooms[name] == nil else { return true }
        guard self.rooms.count < Self.maximum else { return false }
        var generator = SystemRandom()
        self.rooms[name] = RoomRecord(log: MemoryLog(room: name, epoch: Epoch(using: &generator)))
        return true
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
