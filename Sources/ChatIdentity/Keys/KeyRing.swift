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
    /// The attempt to get keys that ended last.
    private var last: Attempt?
    /// When the attempt that is under way began.
    private var begun: ContinuousClock.Instant?
    /// Whether the keys get old: those of a file do not.
    private let ages: Bool

    private struct Attempt {
        let begin: ContinuousClock.Instant
        let end: ContinuousClock.Instant
        let isGood: Bool
    }

    /// Begins without keys.
    ///
    /// - Parameter ages: Whether the keys get old when no newer ones come, and their source may not be asked all the time:
    ///   those of an address. A look at a file costs nothing.
    package init(ages: Bool) { self.ages = ages }

    /// Somebody begins to get newer keys; ``load(_:now:)``, ``confirm(now:)`` or ``fail(now:)`` follows.
    package mutating func begin(now: ContinuousClock.Instant) { self.begun = now }

    /// New keys came; those before them still count for a while.
    package mutating func load(_ set: KeySet, now: ContinuousClock.Instant) {
        self.retired.removeAll { $0.until <= now }
        if let old = self.set { self.retired.append((old, now + Self.retirement)) }
        // Whoever changes keys faster than this loses the oldest.
        if self.retired.count > Self.maximumRetired { self.retired.removeFirst() }
        self.set = set
        self.loaded = now
        self.end(isGood: true, now)
    }

    /// The newest keys were had again.
    package mutating func confirm(now: ContinuousClock.Instant) {
        self.loaded = now
        self.end(isGood: true, now)
    }

    /// Newer keys could not be had.
    package mutating func fail(now: ContinuousClock.Instant) { self.end(isGood: false, now) }

    private mutating func end(isGood: Bool, _ now: ContinuousClock.Instant) {
        self.last = Attempt(begin: self.begun ?? now, end: now, isGood: isGood)
        self.begun = nil
    }

    /// The keys for a token.
    enum Answer {
        /// Try these, in this order.
        case keys([TokenKey])
        /// None of them is known by this name: newer ones are to be had, from this time on, then ask once more.
        case ask(from: ContinuousClock.Instant)
        /// None is known by this name, and that is certain: the keys were had since the token came.
        case unknown
        /// There are no keys, they are too old to count, or none is known by this name and newer ones could not be had.
        case unavailable
    }

    /// Looks up the keys for a token.
    ///
    /// - Parameters:
    ///   - header: The token's header.
    ///   - came: When the token came: keys that were asked for before may lack a key that is newer.
    ///   - now: The time.
    /// - Returns: What is known of them.
    func keys(for header: TokenHeader, came: ContinuousClock.Instant, now: ContinuousClock.Instant) -> Answer {
        guard let set, let loaded, !self.ages || now - loaded < Self.staleness else { return .unavailable }
        let old = self.retired.reversed().filter { $0.until > now }.flatMap { $0.set.candidates(for: header) }
        let keys = Array((Array(set.candidates(for: header)) + old).prefix(KeySet.maximumTries))
        guard keys.isEmpty else { return .keys(keys) }
        // After a fault it is tried again anyway: nobody needs to wait for that.
        guard let last, last.isGood else { return .unavailable }
        guard last.begin < came else { return .unknown }
        return .ask(from: self.ages ? last.end + Self.pause : last.end)
    }

    /// When an address is to be asked for its keys next.
    ///
    /// - Parameter isWanted: Whether a token waits for newer ones.
    /// - Returns: The time; nil for an address that was not asked yet, and for a file.
    package func nextAttempt(isWanted: Bool) -> ContinuousClock.Instant? {
        guard self.ages, let last else { return nil }
        return last.end + (last.isGood && !isWanted ? Self.freshness : Self.pause)
    }
}
