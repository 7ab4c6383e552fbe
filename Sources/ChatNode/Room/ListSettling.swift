/// How long a list of members that lacks some is put off, until every shard and node has had the time to restore its own.
struct ListSettling {
    /// How long they have.
    static let time = Duration.milliseconds(1500)

    private var until: ContinuousClock.Instant?

    /// What a list that was read means.
    enum OnList: Equatable {
        /// It is told.
        case tell
        /// It lacks some, for whoever reads it: it is read again at this time. The first reader restores its own members.
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
        // Once: those who are missing for longer are not restored by anybody.
        return now < until ? .wait(until: until, isFirst: false) : self.end()
    }

    /// It was put off for long enough.
    @discardableResult
    mutating func end() -> OnList {
        self.until = nil
        return .tell
    }
}
