/// Notices a dead connection: the other side is gone, and no close has come.
///
/// The server pings a client that is silent, so something comes at least every `ping_seconds`. When nothing does, or
/// when a command stays without an answer, the client asks; when that stays without an answer too, the connection is
/// dead.
package struct LinkLiveness: Sendable {
    /// How long a command may stay without anything being received before the client asks.
    package static let patience: Duration = .seconds(5)
    /// How long after the server's interval the client asks.
    package static let grace: Duration = .seconds(5)
    /// How long the answer may take.
    package static let answer: Duration = .seconds(8)

    private enum State {
        /// The client reads, and has no reason to ask.
        case listening
        /// The client has asked, and the answer has not come.
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
    ///   - interval: How often the server pings.
    ///   - now: The time.
    package init(interval: Duration, now: ContinuousClock.Instant) {
        self.interval = interval
        self.lastReceived = now
    }

    /// The server said how often it pings.
    package mutating func expect(interval: Duration) { self.interval = max(interval, .seconds(1)) }

    /// Something was received, whatever it was.
    package mutating func received(now: ContinuousClock.Instant) {
        self.lastReceived = now
        if case .probing = self.state { self.state = .listening }
        if self.unansweredSince != nil { self.unansweredSince = now }
    }

    /// Whether some command waits for its answer.
    package mutating func setAwaiting(_ isAwaiting: Bool, now: ContinuousClock.Instant) {
        if !isAwaiting { self.unansweredSince = nil } else if self.unansweredSince == nil { self.unansweredSince = now }
    }

    /// The client stops reading for a while, or goes on; a silence that it causes itself proves nothing.
    package mutating func setSuspended(_ isSuspended: Bool, now: ContinuousClock.Instant) {
        self.state = isSuspended ? .suspended : .listening
        self.received(now: now)
    }

    /// What the shell does when it looks.
    package enum OnCheck: Equatable, Sendable {
        /// Nothing is wrong.
        case wait
        /// Ask the server.
        case probe
        /// The connection is dead.
        case disconnect
    }

    /// When to look again; nil while nothing can be concluded.
    package var deadline: ContinuousClock.Instant? {
        switch self.state {
        case .suspended: return nil
        case .probing(let since): return since + Self.answer
        case .listening:
            let idle = self.lastReceived + self.interval + Self.grace
            return self.unansweredSince.map { min(idle, $0 + Self.patience) } ?? idle
        }
    }

    /// It is time to look.
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
