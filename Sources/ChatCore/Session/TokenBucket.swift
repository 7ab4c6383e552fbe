/// Grants a burst at once and a steady rate after it.
///
/// It has two numbers and no timer: each call calculates the tokens earned since the last one.
package struct TokenBucket: Sendable {
    private let rate: Limits.Rate
    private var tokens: Double
    private var updated: ContinuousClock.Instant

    /// Makes a full bucket.
    package init(_ rate: Limits.Rate, now: ContinuousClock.Instant) {
        self.rate = rate
        self.tokens = Double(rate.burst)
        self.updated = now
    }

    /// Takes tokens, if there are enough.
    ///
    /// - Parameters:
    ///   - count: The number; there are never more than the burst.
    ///   - now: The time.
    /// - Returns: nil when they were taken; otherwise the time until there are enough.
    package mutating func take(_ count: Int = 1, now: ContinuousClock.Instant) -> Duration? {
        self.refill(now)
        guard self.tokens < Double(count) else {
            self.tokens -= Double(count)
            return nil
        }
        return .seconds((Double(count) - self.tokens) / Double(self.rate.perSecond))
    }

    /// Whether it is full: such a bucket need not be kept.
    package mutating func isFull(now: ContinuousClock.Instant) -> Bool {
        self.refill(now)
        return self.tokens >= Double(self.rate.burst)
    }

    /// The time from now until it is full, if nothing is taken meanwhile.
    package mutating func timeUntilFull(now: ContinuousClock.Instant) -> Duration {
        self.refill(now)
        return .seconds((Double(self.rate.burst) - self.tokens) / Double(self.rate.perSecond))
    }

    private mutating func refill(_ now: ContinuousClock.Instant) {
        guard now > self.updated else { return }
        let earned = (now - self.updated).inSeconds * Double(self.rate.perSecond)
        self.tokens = min(Double(self.rate.burst), self.tokens + earned)
        self.updated = now
    }
}

extension Duration {
    /// The duration as a fraction of seconds.
    package var inSeconds: Double {
        Double(self.components.seconds) + Double(self.components.attoseconds) * 1e-18
    }

    /// The duration in whole milliseconds, rounded up, so that a wait of this length is long enough.
    package var inMilliseconds: Int {
        let (whole, rest) = self.components.attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000_000_000)
        return Int(self.components.seconds) * 1000 + Int(whole) + (rest > 0 ? 1 : 0)
    }
}
