/// Checks whether the other side of a connection is still alive: a ping when nothing was received, and a time limit for
/// the answer.
package struct Liveness: Sendable {
    private let interval: Duration
    private let timeout: Duration
    private var lastReceived: ContinuousClock.Instant
    private var pingSent: ContinuousClock.Instant?

    /// Begins with a connection from which something has just come.
    package init(limits: Limits, now: ContinuousClock.Instant) {
        self.interval = limits.pingInterval
        self.timeout = limits.pongTimeout
        self.lastReceived = now
    }

    /// Something was received, whatever it was.
    package mutating func received(now: ContinuousClock.Instant) {
        self.lastReceived = now
        self.pingSent = nil
    }

    /// The shell's step at a check, and the time of the next check.
    package enum OnCheck: Equatable, Sendable {
        case wait(Duration)
        case ping(thenWait: Duration)
        case disconnect(Disconnect)
    }

    /// It is time for a check.
    package mutating func check(now: ContinuousClock.Instant) -> OnCheck {
        if let pingSent {
            let left = self.timeout - (now - pingSent)
            return left > .zero ? .wait(left) : .disconnect(.noPong)
        }
        let left = self.interval - (now - self.lastReceived)
        guard left <= .zero else { return .wait(left) }
        self.pingSent = now
        return .ping(thenWait: self.timeout)
    }
}
