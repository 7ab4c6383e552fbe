/// Notices a dead connection: the other side is gone, and no close has come.
///
/// The server pings a client that is silent, so something comes at least every `ping_seconds`. When nothing comes, or a
/// command gets no answer, the client sends a ping; when that gets no answer either, the connection is dead.
package struct LinkLiveness: Sendable {
    /// The time for which a command may wait without any received bytes before the client sends a ping.
    package static let patience: Duration = .seconds(5)
    /// The time after the server's interval at which the client sends a ping.
    package static let grace: Duration = .seconds(5)
    /// The longest time for the answer.
    package static let answer: Duration = .seconds(8)

    private enum State {
        /// The client reads, and has no reason for a ping.
        case listening
        /// The client has sent a ping, and the answer has not come.
        case probing(since: ContinuousClock.Instant)
        /// The client itself does not read.
        case suspended
    }

    private var state = State.listening
    private var interval: Duration
    private var lastReceived: ContinuousClock.Instant
    private var unansweredSince: ContinuousClock.Instant?

    /// Begins with a connection that has just been made.
    ///
    /// - Parameters:
    ///   - interval: The interval of the server's pings.
    ///   - now: The time.
    package init(interval: Duration, now: ContinuousClock.Instant) {
        self.interval = interval
        self.lastReceived = now
    }

    /// The server announced the interval of its pings.
    package mutating func expect(interval: Duration) { self.interval = max(interval, .seconds(1)) }

    /// Something was received, whatever it was.
    package mutating func received(now: ContinuousClock.Instant) {
        self.lastReceived = now
        if case .probing = self.state { self.state = .listening }
        if self.unansweredSince != nil { self.unansweredSince = now }
    }

    /// Whether a command waits for its answer.
    package mutating func setAwaiting(_ isAwaiting: Bool, now: ContinuousClock.Instant) {
        if !isAwaiting { self.unansweredSince = nil } else if self.unansweredSince == nil { self.unansweredSince = now }
    }

    /// The client stops reading for a while, or resumes; a silence that it causes itself proves nothing.
    package mutating func setSuspended(_ isSuspended: Bool, now: ContinuousClock.Instant) {
        self.state = isSuspended ? .suspended : .listening
        self.received(now: now)
    }

    /// The shell's step at a check.
    package enum OnCheck: Equatable, Sendable {
        /// Nothing is wrong.
        case wait
        /// Send the server a ping.
        case probe
        /// The connection is dead.
        case disconnect
    }

    /// The time of the next check; nil while nothing can be concluded.
    package var deadline: ContinuousClock.Instant? {
        switch self.state {
        case .suspended: return nil
        case .probing(let since): return since + Self.answer
        case .listening:
            let idle = self.lastReceived + self.interval + Self.grace
            return self.unansweredSince.map { min(idle, $0 + Self.patience) } ?? idle
        }
    }

    /// The time for a check has come.
    package mutating func check(now: ContinuousClock.Instant) -> OnCheck {
        guard let deadline, deadline <= now else { return .wait }
        switch self.state {
        case .probing: return .disconnect
        case .listening, .suspended:
            self.state = .probing(since: now)
            return .probe
        }
    }
}
