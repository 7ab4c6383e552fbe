internal import NIOCore

/// Counts dropped publications, so that the log reports them without being flooded.
struct DropAccount {
    /// The shortest interval between two log lines.
    static let interval = TimeAmount.minutes(1)

    private var untold = 0
    private var room = ""
    private var toldAt: NIODeadline?

    /// A publication was dropped.
    mutating func add(_ count: Int = 1, in room: String) {
        guard count > 0 else { return }
        self.untold += count
        self.room = room
    }

    /// The number dropped since the last log line, and the room of the last one; nil when there is nothing to log now.
    mutating func take(_ now: NIODeadline) -> (count: Int, room: String)? {
        guard self.untold > 0 else { return nil }
        if let toldAt, now - toldAt < Self.interval { return nil }
        defer {
            self.untold = 0
            self.toldAt = now
        }
        return (self.untold, self.room)
    }
}
