internal import ChatCore

/// The changes of a room's members that a client knows, and the time to ask when some are missing.
///
/// A node repairs missed changes itself (docs/PROTOCOL.md, guarantee 6). Only if it does not, the client asks for the
/// list, once, and not all clients of the room at the same moment.
struct PresenceWatch: Equatable {
    /// The time for which a hole may last until the client asks, plus its jitter.
    static let patience: Duration = .seconds(5)

    /// The newest known change; nil before the first list.
    private(set) var version: Int?
    /// The log with which the numbers began.
    private var epoch: Epoch?
    /// The time when the client asks; nil: nothing is missing, or it has asked.
    private(set) var deadline: ContinuousClock.Instant?

    /// The meaning of a change for the client.
    enum OnChange: Equatable {
        /// It is new: tell the program.
        case tell
        /// It is known.
        case ignore
    }

    /// A user came, left or has another name.
    ///
    /// - Parameters:
    ///   - version: The number of the change.
    ///   - now: The time.
    ///   - jitter: The extra delay of this client before it asks.
    /// - Returns: Whether it is new.
    mutating func changed(_ version: Int, now: ContinuousClock.Instant, jitter: Duration) -> OnChange {
        let last = self.version ?? max(0, version) - 1
        guard version > last else { return .ignore }
        self.version = version
        if version > last + 1, self.deadline == nil { self.deadline = now + Self.patience + jitter }
        return .tell
    }

    /// The number of members of a large room came: large rooms get only this, so nothing is missing.
    mutating func counted(_ version: Int) -> OnChange {
        guard version > self.version ?? -1 else { return .ignore }
        self.version = version
        self.deadline = nil
        return .tell
    }

    /// The list of members came with the answer to a `join`.
    mutating func joined(_ version: Int, _ epoch: Epoch) {
        self.epoch = epoch
        self.know(version)
    }

    /// The requested list of members came.
    ///
    /// - Returns: `ignore` when changes came that it does not have: the hole is as it was.
    mutating func listed(_ version: Int, now: ContinuousClock.Instant, jitter: Duration) -> OnChange {
        guard version >= self.version ?? 0 else {
            self.deadline = now + Self.patience + jitter
            return .ignore
        }
        self.know(version)
        return .tell
    }

    /// The room's log started again, and with it the numbers; a list that came with a `join` may be newer already.
    mutating func reset(_ epoch: Epoch) {
        guard epoch != self.epoch else { return }
        self.joined(0, epoch)
    }

    /// The connection is gone: the next `join` brings the list.
    mutating func disconnected() { self.deadline = nil }

    /// Whether to ask now; only once for a hole.
    mutating func takeDue(now: ContinuousClock.Instant) -> Bool {
        guard let deadline, deadline <= now else { return false }
        self.deadline = nil
        return true
    }

    private mutating func know(_ version: Int) {
        self.version = version
        self.deadline = nil
    }
}
