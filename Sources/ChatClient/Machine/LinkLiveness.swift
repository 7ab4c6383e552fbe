/// Notices a connection that is open only in name: the other side is gone and nobody said so.
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

    private var interval: Duration
    private var lastReceived: ContinuousClock.Instant
    private var unansweredSince: ContinuousClock.Instant?
    private var probed: ContinuousClock.Instant?
    private var isSuspended = false

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
        self.probed = nil
        if self.unansweredSince != nil { self.unansweredSince = now }
    }

    /// Whether some command waits for its answer.
    package mutating func setAwaiting(_ isAwaiting: Bool, now: ContinuousClock.Instant) {
        if !isAwaiting { self.unansweredSince = nil } else if self.unansweredSince == nil { self.unansweredSince = now }
    }

    /// The client itself stopped to read, or goes on: its own silence proves nothing.
    package mutating func setSuspended(_ isSuspended: Bool, now: ContinuousClock.Instant) {
        self.isSuspended = isSuspended
        self.received(now: now)
    }

    /// What the shell does when it looks.
    package enum OnCheck: Equatable, Sendable {
        /// Nothing is amiss.
        case wait
        /// Ask the server.
        case probe
        /// The connection is dead.
        case disconnect
    }

    /// When to look again; nil while nothing can be concluded.
    package var deadline: ContinuousClock.Instant? {
        guard !self.isSuspended else { return nil }
        if let probed { return probed + Self.answer }
        let idle = self.lastReceived + self.interval + Self.grace
        return self.unansweredSince.map { min(idle, $0 + Self.patience) } ?? idle
    }

    /// It is time to look.
    package mutating func check(now: ContinuousClock.Instant) -> OnCheck {
        guard let deadline, deadline <= now else { return .wait }
        guard self.probed == nil else { return .disconnect }
        self.probed = now
        return .probe
    }
}
