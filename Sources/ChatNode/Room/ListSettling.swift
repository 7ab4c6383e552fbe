/// Decides how long to delay a list of members that lacks some, until every shard and node has had the time to restore
/// its own.
struct ListSettling {
    /// The time that they have.
    static let time = Duration.milliseconds(1500)

    private var until: ContinuousClock.Instant?

    /// The decision on a list that was read.
    enum OnList: Equatable {
        /// Use it.
        case tell
        /// It lacks some members: read it again at this time. The first reader restores its own members.
        case wait(until: ContinuousClock.Instant, isFirst: Bool)
    }

    /// The list was read.
    mutating func read(isWhole: Bool, now: ContinuousClock.Instant) -> OnList {
        guard !isWhole else { return self.end() }
        guard let until else {
            let until = now + Self.time
            self.until = until
            return .wait(until: until, isFirst: true)
        }
        // Only once: if members are missing for longer, no shard will restore them.
        return now < until ? .wait(until: until, isFirst: false) : self.end()
    }

    /// It was delayed for long enough.
    @discardableResult
    mutating func end() -> OnList {
        self.until = nil
        return .tell
    }
}
