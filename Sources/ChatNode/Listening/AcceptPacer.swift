/// Decides when a listener pauses because the system gave it no connection, and when to log that.
///
/// A connection that cannot be accepted stays in the queue, and the socket stays readable: trying again at once would
/// be a busy loop on a whole core.
struct AcceptPacer {
    /// The length of the pause.
    static let rest: Duration = .milliseconds(500)
    /// The time for which the same trouble is not logged again.
    static let silence: Duration = .seconds(60)

    private var isResting = false
    private var lastTold: ContinuousClock.Instant?

    /// The step after a failure.
    enum OnFailure: Equatable {
        /// Accept nothing for ``AcceptPacer/rest``, and say so if it has not been said lately.
        case rest(isTold: Bool)
        /// It pauses already.
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

    /// Whether to log a repeated event now.
    mutating func isTold(_ now: ContinuousClock.Instant) -> Bool {
        if let lastTold, now - lastTold < Self.silence { return false }
        self.lastTold = now
        return true
    }
}
