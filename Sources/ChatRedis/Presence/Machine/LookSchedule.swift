internal import NIOCore

/// The schedule for reading the table of leases: regular looks, by which leases are judged, and extra looks after news.
struct LookSchedule {
    private let interval: TimeAmount
    private var nextRegular: NIODeadline
    private var hinted: NIODeadline?
    /// Whether the look that is due, or begins next, is a regular one.
    private var isRegular = false

    init(interval: TimeAmount, now: NIODeadline) { (self.interval, self.nextRegular) = (interval, now) }

    /// Whether a look is due.
    mutating func isDue(_ now: NIODeadline) -> Bool {
        var isDue = false
        if now >= self.nextRegular {
            self.nextRegular = now + self.interval
            self.isRegular = true
            isDue = true
        }
        if let hinted, now >= hinted {
            self.hinted = nil
            isDue = true
        }
        return isDue
    }

    /// Schedules an extra look.
    ///
    /// - Parameters:
    ///   - time: When.
    ///   - isAtLeast: Whether an earlier extra look is delayed until then: the shards of a node end at about the same
    ///     time, and are swept together.
    mutating func hint(at time: NIODeadline, isAtLeast: Bool) {
        self.hinted = self.hinted.map { isAtLeast ? max($0, time) : $0 } ?? time
    }

    /// A look begins; returns whether it is a regular one.
    mutating func begin() -> Bool {
        defer { self.isRegular = false }
        return self.isRegular
    }
}
