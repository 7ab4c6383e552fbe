/// What keys have spent on this node since that was last reported.
///
/// A report for each token would cost the broker too much, so a key is reported when it has spent a quarter of a burst.
/// Whoever spends that more slowly than a twentieth of the rate is not reported at all, and is forgotten.
package struct UnreportedSpending<Key: Hashable & Sendable>: Sendable {
    /// The part of a burst after which it is reported.
    private static var parts: Int { 4 }
    /// The part of the rate below which it is forgotten.
    private static var slowness: Double { 20 }
    /// The most keys of each kind whose spending is known: there may be nobody to report it to for hours.
    private static var maximum: Int { 100_000 }

    /// Those that have spent something lately, and those that had before that.
    private var young: [Key: Int] = [:]
    private var old: [Key: Int] = [:]
    private var rotated: ContinuousClock.Instant?
    /// Those that are to be reported.
    private var due: [Key: Int] = [:]

    package init() {}

    /// The number of keys whose spending is known.
    package var count: Int { self.young.count + self.old.count + self.due.count }

    /// A key has spent tokens.
    package mutating func add(_ key: Key, tokens: Int = 1, _ rate: Limits.Rate, now: ContinuousClock.Instant) {
        self.rotate(rate, now)
        if let index = self.due.index(forKey: key) { return self.due.values[index] += tokens }
        let spent = (self.young[key] ?? self.old.removeValue(forKey: key) ?? 0) + tokens
        if spent >= max(1, rate.burst / Self.parts), self.due.count < Self.maximum {
            self.young[key] = nil
            self.due[key] = spent
        } else if self.young.count < Self.maximum {
            self.young[key] = spent
        }
    }

    /// Takes what is to be reported.
    ///
    /// - Parameter limit: The most keys.
    /// - Returns: The keys, and what each has spent.
    package mutating func takeDue(limit: Int) -> [(key: Key, tokens: Int)] {
        let taken = Array(self.due.prefix(limit)).map { (key: $0.key, tokens: $0.value) }
        for spent in taken { self.due[spent.key] = nil }
        return taken
    }

    /// What a key has spent since it was last reported.
    package func spent(by key: Key) -> Int { self.due[key] ?? self.young[key] ?? self.old[key] ?? 0 }

    /// Forgets everything.
    package mutating func removeAll() { self = Self() }

    /// Twice in the time that the slowest spender needs for its part, the young grow old, and the old are forgotten.
    private mutating func rotate(_ rate: Limits.Rate, _ now: ContinuousClock.Instant) {
        let part = Double(max(1, rate.burst / Self.parts))
        guard let rotated, now - rotated < .seconds(part * Self.slowness / rate.perSecond) else {
            self.rotated = now
            self.old = self.young
            self.young = [:]
            return
        }
    }
}
