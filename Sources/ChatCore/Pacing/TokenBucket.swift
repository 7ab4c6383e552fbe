/// Grants a burst at once and a steady rate after it.
///
/// It has two numbers and no timer: each call calculates the tokens earned since the last one.
package struct TokenBucket: Sendable {
    package let rate: Limits.Rate
    private var level: Level

    /// Makes a full bucket.
    package init(_ rate: Limits.Rate, now: ContinuousClock.Instant) {
        self.rate = rate
        self.level = Level(fullFor: rate, now: now)
    }

    /// Takes tokens, if there are enough.
    ///
    /// - Parameters:
    ///   - count: The number; there are never more than the burst.
    ///   - now: The time.
    /// - Returns: nil when they were taken; otherwise the time until there are enough.
    package mutating func take(_ count: Int = 1, now: ContinuousClock.Instant) -> Duration? {
        self.level.take(count, self.rate, now: now)
    }

    /// The time until there are enough tokens; nil when there are.
    package mutating func wait(for count: Int, now: ContinuousClock.Instant) -> Duration? {
        self.level.wait(for: count, self.rate, now: now)
    }

    /// Takes tokens that have been used already, down to none.
    package mutating func charge(_ count: Int, now: ContinuousClock.Instant) {
        self.level.charge(count, self.rate, now: now, debt: 0)
    }

    /// Takes tokens that have been used already, whatever it owes then.
    ///
    /// - Returns: The tokens that are left; fewer than none when it owes.
    package mutating func spend(_ count: Int, now: ContinuousClock.Instant) -> Int {
        self.level.spend(count, self.rate, now: now)
    }

    /// Gives tokens back that were taken and not used.
    mutating func giveBack(_ count: Int = 1, now: ContinuousClock.Instant) {
        self.level.giveBack(count, self.rate, now: now)
    }

    /// Whether it is full: such a bucket need not be kept.
    package mutating func isFull(now: ContinuousClock.Instant) -> Bool { self.level.isFull(self.rate, now: now) }

    /// The time from now until it is full, if nothing is taken meanwhile.
    package mutating func timeUntilFull(now: ContinuousClock.Instant) -> Duration {
        self.level.timeUntilFull(self.rate, now: now)
    }
}

extension TokenBucket {
    /// The content of a bucket whose rate is kept elsewhere, once for many.
    struct Level: Sendable {
        private var tokens: Double
        private var updated: ContinuousClock.Instant

        init(fullFor rate: Limits.Rate, now: ContinuousClock.Instant) {
            self.tokens = Double(rate.burst)
            self.updated = now
        }

        /// The time until there are enough tokens; nil when there are.
        mutating func wait(for count: Int, _ rate: Limits.Rate, now: ContinuousClock.Instant) -> Duration? {
            self.refill(rate, now)
            let missing = Double(count) - self.tokens
            return missing > 0 ? .seconds(missing / rate.perSecond) : nil
        }

        mutating func take(_ count: Int, _ rate: Limits.Rate, now: ContinuousClock.Instant) -> Duration? {
            if let wait = self.wait(for: count, rate, now: now) { return wait }
            self.tokens -= Double(count)
            return nil
        }

        /// Takes tokens that have been used already, down to a debt: whoever used more need not wait for all of them.
        mutating func charge(_ count: Int, _ rate: Limits.Rate, now: ContinuousClock.Instant, debt: Int) {
            self.refill(rate, now)
            self.tokens = max(min(self.tokens, -Double(debt)), self.tokens - Double(count))
        }

        /// Takes tokens that have been used already, whatever it owes then; returns those that are left.
        mutating func spend(_ count: Int, _ rate: Limits.Rate, now: ContinuousClock.Instant) -> Int {
            self.refill(rate, now)
            self.tokens -= Double(count)
            return Int(self.tokens.rounded(.down))
        }

        /// Gives tokens back that were taken and not used.
        mutating func giveBack(_ count: Int, _ rate: Limits.Rate, now: ContinuousClock.Instant) {
            self.refill(rate, now)
            self.tokens = min(Double(rate.burst), self.tokens + Double(count))
        }

        /// There are no more tokens than this; fewer than none are owed.
        mutating func bound(by most: Int, _ rate: Limits.Rate, now: ContinuousClock.Instant) {
            self.refill(rate, now)
            self.tokens = min(self.tokens, Double(most))
        }

        mutating func isFull(_ rate: Limits.Rate, now: ContinuousClock.Instant) -> Bool {
            self.refill(rate, now)
            return self.tokens >= Double(rate.burst)
        }

        mutating func timeUntilFull(_ rate: Limits.Rate, now: ContinuousClock.Instant) -> Duration {
            self.refill(rate, now)
            return .seconds((Double(rate.burst) - self.tokens) / rate.perSecond)
        }

        private mutating func refill(_ rate: Limits.Rate, _ now: ContinuousClock.Instant) {
            guard now > self.updated else { return }
            let earned = (now - self.updated).inSeconds * rate.perSecond
            self.tokens = min(Double(rate.burst), self.tokens + earned)
            self.updated = now
        }
    }
}

extension Duration {
    /// The duration as a fraction of seconds.
    package var inSeconds: Double {
        let (seconds, attoseconds) = self.components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }

    /// The duration in whole milliseconds, rounded up, so that a wait of this length is long enough.
    package var inMilliseconds: Int {
        // Once: it divides a number of 128 bits.
        let (seconds, attoseconds) = self.components
        let (whole, rest) = attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000_000_000)
        return Int(seconds) * 1000 + Int(whole) + (rest > 0 ? 1 : 0)
    }
}
