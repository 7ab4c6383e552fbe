internal import ChatCore
internal import NIOCore

/// Keeps the index of rooms from costing a command for each message: a room is entered once in a while on each node.
struct RoomIndex {
    /// How long a room's entry may lag behind.
    static let interval = TimeAmount.seconds(5)
    /// How many rooms are remembered; beyond it, some are entered too often.
    static let limit = 20_000

    /// How often what is too old is taken out.
    static let pruneInterval = TimeAmount.minutes(1)

    private var entered: [RoomName: NIODeadline] = [:]
    private var pruned = NIODeadline.now()

    /// Whether it is time to take out what is too old.
    mutating func prune(now: NIODeadline) -> Bool {
        guard now - self.pruned >= Self.pruneInterval else { return false }
        self.pruned = now
        return true
    }

    /// Whether the room is to be entered in the index now.
    mutating func touch(_ room: RoomName, now: NIODeadline) -> Bool {
        if let last = self.entered[room], now - last < Self.interval { return false }
        if self.entered.count >= Self.limit { self.entered = self.entered.filter { now - $0.value < Self.interval } }
        if self.entered.count >= Self.limit { self.entered.removeAll() }
        self.entered[room] = now
        return true
    }
}
