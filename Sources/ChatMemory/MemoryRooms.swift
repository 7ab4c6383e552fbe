internal import ChatCore

/// The rooms of the embedded broker, and when each of them has something to forget.
///
/// A room stands in a queue by the time at which that is, once at most: nothing ever walks over all rooms, and a room
/// in use that keeps nothing stands in no queue at all.
struct MemoryRooms {
    /// The most rooms there may be.
    static let maximum = 100_000

    private var rooms: [RoomName: MemoryRoom] = [:]
    private var due = DueQueue<RoomName, Int>()
    private let limits: LogLimits

    init(limits: LogLimits) { self.limits = limits }

    /// How many there are.
    var count: Int { self.rooms.count }

    /// The names of those that have members or a log, in no order.
    var listed: [RoomName] { self.rooms.filter { $0.value.roster.count > 0 || $0.value.log.head.seq > 0 }.map(\.key) }

    subscript(_ name: RoomName) -> MemoryRoom? { self.rooms[name] }

    /// Makes the room unless it is there.
    ///
    /// - Returns: Whether it is there.
    mutating func make(_ name: RoomName) -> Bool {
        guard self.rooms[name] == nil else { return true }
        guard self.rooms.count < Self.maximum else { return false }
        var generator = SystemRandom()
        self.rooms[name] = MemoryRoom(log: MemoryLog(room: name, epoch: Epoch(using: &generator)))
        return true
    }

    /// Changes a room, in place.
    ///
    /// - Parameters:
    ///   - name: The room.
    ///   - now: The time, in milliseconds since the Unix epoch.
    ///   - change: The change.
    /// - Returns: What that gives; nil when there is no such room.
    mutating func update<Result>(_ name: RoomName, now: Int, _ change: (inout MemoryRoom) -> Result) -> Result? {
        guard let index = self.rooms.index(forKey: name) else { return nil }
        let result = change(&self.rooms.values[index])
        if !self.rooms.values[index].isDue, let time = self.rooms.values[index].nextForgetting(self.limits) {
            self.rooms.values[index].isDue = true
            self.due.schedule(name, at: max(time, now))
        }
        return result
    }

    /// Lets go of what has outlived its time, of some rooms.
    ///
    /// - Parameters:
    ///   - now: The time, in milliseconds since the Unix epoch.
    ///   - limit: The most rooms to look at.
    /// - Returns: How many were looked at; as many as the limit: more may be due.
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
            // A room that has been looked at now is due again later at the earliest.
            _ = self.update(name, now: now + 1) { _ in }
        }
        return looks
    }
}
