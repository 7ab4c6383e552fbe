/// When a listener rests because the system gave it no connection, and what is told of it.
///
/// A connection that cannot be accepted stays in the line, and the socket readable: to try at once would be a loop that
/// takes a whole core and changes nothing.
struct AcceptPacer {
    /// How long it rests.
    static let rest: Duration = .milliseconds(500)
    /// How long nothing more is told of the same trouble.
    static let silence: Duration = .seconds(60)

    private var isResting = false
    private var lastTold: ContinuousClock.Instant?

    /// What follows a failure.
    enum OnFailure: Equatable {
        /// Accept nothing for ``AcceptPacer/rest``, and say so if it has not been said lately.
        case rest(isTold: Bool)
        /// It rests already.
        case wait
    }

    /// No connection could be accepted.
    mutating func failed(now: ContinuousClock.Instant) -> OnFailure {
        guard !self.isResting else { return .wait }
        self.isResting = true
        return .rest(isTold: self.isTold(now))
    }

    /// The time is over: accept again.
    mutating func rested() { self.isResting = false }

    /// Whether something is told now that happens again and again.
    mutating func isTold(_ now: ContinuousClock.Instant) -> Bool {
        if let lastTold, now - lastTold < Self.silence { return false }
        self.lastTold = now
        return true
    }
}
