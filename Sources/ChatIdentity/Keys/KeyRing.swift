import ChatCore

/// Decides which keys count now, and when to get newer ones, without I/O and without a clock.
package struct KeyRing: Sendable {
    /// How long keys that a newer set lacks still count: tokens that they have signed are still around.
    package static let retirement = Duration.seconds(600)
    /// The time between two attempts to get keys that tokens name and that are not known.
    package static let pause = Duration.seconds(5)
    /// How long keys of an address are used before it is asked again.
    package static let freshness = Duration.seconds(300)
    /// How long keys of an address are used when it gives no new ones.
    package static let staleness = Duration.seconds(24 * 3600)

    /// The most sets that still count beside the newest.
    private static let maximumRetired = 8

    private var set: KeySet?
    private var retired: [(set: KeySet, until: ContinuousClock.Instant)] = []
    private var loaded: ContinuousClock.Instant?
    private var lastAttempt: ContinuousClock.Instant?
    /// Whether the keys get old: those of a file do not.
    private let ages: Bool

    /// Begins without keys.
    ///
    /// - Parameter ages: Whether the keys get old when no newer ones come.
    package init(ages: Bool) { self.ages = ages }

    /// New keys came; those before them still count for a while.
    package mutating func load(_ set: KeySet, now: ContinuousClock.Instant) {
        self.retired.removeAll { $0.until <= now }
        if let old = self.set { self.retired.append((old, now + Self.retirement)) }
        // Whoever changes keys faster than this loses the oldest.
        if self.retired.count > Self.maximumRetired { self.retired.removeFirst() }
        self.set = set
        self.loaded = now
        self.lastAttempt = now
    }

    /// The newest keys were had again.
    package mutating func confirm(now: ContinuousClock.Instant) {
        self.loaded = now
        self.lastAttempt = now
    }

    /// Newer keys could not be had.
    package mutating func fail(now: ContinuousClock.Instant) { self.lastAttempt = now }

    /// The keys for a token.
    enum Answer {
        /// Try these, in this order.
        case keys([TokenKey])
        /// None of them is known by this name: ask for newer ones, then once more.
        case ask
        /// None is known by this name, and it was just asked for newer ones.
        case unknown
        /// There are no keys, or they are too old to count.
        case unavailable
    }

    /// Looks up the keys for a token.
    func keys(for header: TokenHeader, now: ContinuousClock.Instant) -> Answer {
        guard let set, let loaded, !self.ages || now - loaded < Self.staleness else { return .unavailable }
        let old = self.retired.reversed().filter { $0.until > now }.flatMap { $0.set.candidates(for: header) }
        let keys = Array((Array(set.candidates(for: header)) + old).prefix(KeySet.maximumTries))
        guard keys.isEmpty else { return .keys(keys) }
        guard self.ages, let lastAttempt, now - lastAttempt >= Self.pause else { return .unknown }
        return .ask
    }

    /// When an address is to be asked for its keys next, without a token that wants them.
    package func nextAttempt() -> ContinuousClock.Instant? {
        guard self.ages else { return nil }
        guard let lastAttempt else { return nil }
        let isFresh = self.loaded == lastAttempt
        return lastAttempt + (isFresh ? Self.freshness : Self.pause)
    }
}
