/// A bucket for each key, with one rate for all of them: how fast each user, address or room may do something.
///
/// A key whose bucket is full again need not be kept: it waits in a queue by the time at which that may be so, and
/// nothing ever walks over all keys. The number of keys is bounded. Those that come when the table is full share one
/// bucket, as large as ``strangersShare`` of the others: whoever has a million addresses gets no more than that.
package struct BucketTable<Key: Hashable & Sendable>: Sendable {
    /// The number of keys for which the common bucket of all unknown ones is meant.
    package static var strangersShare: Int { 100 }

    /// The most keys that are checked to find a place for another.
    private static var sweptForOne: Int { 8 }

    /// The rate of each; nil: no limit, and nothing is kept.
    package private(set) var rate: Limits.Rate?
    private let maximum: Int
    private var levels: [Key: TokenBucket.Level] = [:]
    /// The keys, by the time at which their buckets may be full again.
    private var due = DueQueue<Key, ContinuousClock.Instant>()
    /// The bucket of the keys for which there is no place; nil before the first of them.
    private var strangers: TokenBucket?

    /// Makes an empty table.
    ///
    /// - Parameters:
    ///   - rate: The rate of each key; nil: no limit.
    ///   - maximum: The most keys.
    package init(rate: Limits.Rate?, maximum: Int = 100_000) {
        self.rate = rate
        self.maximum = maximum
    }

    /// The number of keys that it keeps.
    package var count: Int { self.levels.count }

    /// Takes tokens of a key, if there are enough.
    ///
    /// - Returns: nil when they were taken; otherwise the time until there are enough.
    package mutating func take(_ key: Key, _ count: Int = 1, now: ContinuousClock.Instant) -> Duration? {
        guard let rate else { return nil }
        let count = min(count, rate.burst)
        if let index = self.levels.index(forKey: key) { return self.levels.values[index].take(count, rate, now: now) }
        guard self.hasSpace(now) else { return self.takeOfStrangers(count, rate, now) }
        var level = TokenBucket.Level(fullFor: rate, now: now)
        let wait = level.take(count, rate, now: now)
        self.keep(level, key, rate, now)
        return wait
    }

    /// The time until a key has tokens; nil when it has.
    package mutating func wait(for key: Key, _ count: Int = 1, now: ContinuousClock.Instant) -> Duration? {
        guard let rate else { return nil }
        let count = min(count, rate.burst)
        if let index = self.levels.index(forKey: key) {
            return self.levels.values[index].wait(for: count, rate, now: now)
        }
        guard self.levels.count >= self.maximum, var strangers else { return nil }
        defer { self.strangers = strangers }
        return strangers.wait(for: count, now: now)
    }

    /// Takes tokens that have been used already; a key may owe as much as its burst.
    package mutating func charge(_ key: Key, _ count: Int, now: ContinuousClock.Instant) {
        guard let rate, count > 0 else { return }
        if let index = self.levels.index(forKey: key) {
            return self.levels.values[index].charge(count, rate, now: now, debt: rate.burst)
        }
        guard self.hasSpace(now) else {
            self.strangers = self.strangers ?? Self.strangers(rate, now)
            self.strangers?.charge(count, now: now)
            return
        }
        var level = TokenBucket.Level(fullFor: rate, now: now)
        level.charge(count, rate, now: now, debt: rate.burst)
        self.keep(level, key, rate, now)
    }

    /// Gives tokens back that were taken and not used.
    package mutating func giveBack(_ key: Key, _ count: Int = 1, now: ContinuousClock.Instant) {
        guard let rate else { return }
        if let index = self.levels.index(forKey: key) {
            self.levels.values[index].giveBack(count, rate, now: now)
        } else if self.levels.count >= self.maximum {
            // It took them of the common bucket.
            self.strangers?.giveBack(count, now: now)
        }
    }

    /// A key has no more tokens than this, since it has spent them elsewhere; fewer than none are owed.
    package mutating func bound(_ key: Key, by most: Int, now: ContinuousClock.Instant) {
        guard let rate, most < rate.burst else { return }
        if let index = self.levels.index(forKey: key) {
            self.levels.values[index].bound(by: most, rate, now: now)
        } else if self.hasSpace(now) {
            var level = TokenBucket.Level(fullFor: rate, now: now)
            level.bound(by: most, rate, now: now)
            self.keep(level, key, rate, now)
        }
    }

    /// Sets another rate: everybody begins with a full bucket of it.
    package mutating func setRate(_ rate: Limits.Rate?) {
        guard rate != self.rate else { return }
        self.rate = rate
        self.strangers = nil
        self.levels = [:]
        self.due.removeAll()
    }

    /// Forgets keys whose buckets are full again.
    ///
    /// - Parameters:
    ///   - limit: The most keys to check.
    ///   - now: The time.
    /// - Returns: The number of keys checked: those whose buckets were due to be full again.
    package mutating func sweep(limit: Int, now: ContinuousClock.Instant) -> Int {
        guard let rate else { return 0 }
        var looks = 0
        while looks < limit, let key = self.due.next(now) {
            looks += 1
            guard let index = self.levels.index(forKey: key) else { continue }
            if self.levels.values[index].isFull(rate, now: now) {
                self.levels.remove(at: index)
            } else {
                self.schedule(key, self.levels.values[index].timeUntilFull(rate, now: now), now)
            }
        }
        return looks
    }

    /// Whether there is a place for another key; a full table makes room where buckets are full again.
    private mutating func hasSpace(_ now: ContinuousClock.Instant) -> Bool {
        if self.levels.count >= self.maximum { _ = self.sweep(limit: Self.sweptForOne, now: now) }
        return self.levels.count < self.maximum
    }

    private mutating func keep(
        _ level: TokenBucket.Level,
        _ key: Key,
        _ rate: Limits.Rate,
        _ now: ContinuousClock.Instant
    ) {
        var level = level
        self.schedule(key, level.timeUntilFull(rate, now: now), now)
        self.levels[key] = level
    }

    /// Never at the same time again: the missing part of a token may need less time than the clock resolves.
    private mutating func schedule(_ key: Key, _ delay: Duration, _ now: ContinuousClock.Instant) {
        self.due.schedule(key, at: now + max(.milliseconds(1), delay))
    }

    private mutating func takeOfStrangers(
        _ count: Int,
        _ rate: Limits.Rate,
        _ now: ContinuousClock.Instant
    ) -> Duration? {
        var bucket = self.strangers ?? Self.strangers(rate, now)
        defer { self.strangers = bucket }
        return bucket.take(count, now: now)
    }

    private static func strangers(_ rate: Limits.Rate, _ now: ContinuousClock.Instant) -> TokenBucket {
        func share(_ number: Int) -> Int {
            let (product, isTooLarge) = number.multipliedReportingOverflow(by: self.strangersShare)
            return isTooLarge ? .max : product
        }
        return TokenBucket(
            Limits.Rate(burst: share(rate.burst), share(rate.count), per: rate.period),
            now: now
        )
    }
}
