internal import NIOCore

/// When the table of leases is read: at regular times, by which leases are judged, and out of turn when something was
/// told.
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

    /// Has a look made out of turn.
    ///
    /// - Parameters:
    ///   - time: When.
    ///   - isAtLeast: Whether one that is due earlier waits until then: the shards of a node end at about the same
    ///     time, and are swept together.
    mutating func hint(at time: NIODeadline, isAtLeast: Bool) {
        self.hinted = self.hinted.map { isAtLeast ? max($0, time) : $0 } ?? time
    }

    /// A look begins; tells whether it is a regular one.
    mutating func begin() -> Bool {
        defer { self.isRegular = false }
        return self.isRegular
    }
}
