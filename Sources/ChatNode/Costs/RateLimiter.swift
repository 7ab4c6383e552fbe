import ChatCore
import Synchronization

/// Limits how fast each user or address may do one thing on this node.
///
/// It takes a lock for each question, and none where there is no limit. Keys whose buckets are full again are forgotten
/// by ``sweep(now:)``.
final class RateLimiter<Key: Hashable & Sendable>: Sendable {
    private let name: LimitName
    /// Who does it and what, for the error: `a user takes`, `new names`.
    private let words: (subject: String, things: String)
    private let refusals: RefusalMetrics
    private let table: Mutex<BucketTable<Key>>
    private let isOn: Atomic<Bool>

    /// Makes a limiter; without a rate it lets everything pass.
    init(_ name: LimitName, _ rate: Limits.Rate?, _ subject: String, _ things: String, _ refusals: RefusalMetrics) {
        self.name = name
        self.words = (subject, things)
        self.refusals = refusals
        self.table = Mutex(BucketTable(rate: rate))
        self.isOn = Atomic(rate != nil)
    }

    /// The number of keys that it remembers.
    var count: Int { self.table.withLock(\.count) }

    /// Counts something that a key does.
    ///
    /// - Parameters:
    ///   - key: The user or the address; nil for a connection without an address, which has no limit.
    ///   - count: How much it is.
    ///   - now: The time.
    /// - Returns: nil when it may go on; otherwise the error for the client.
    func take(_ key: Key?, _ count: Int = 1, now: ContinuousClock.Instant) -> ProtocolError? {
        guard let key, self.isOn.load(ordering: .relaxed) else { return nil }
        let (wait, rate) = self.table.withLock { ($0.take(key, count, now: now), $0.rate) }
        return self.error(wait, rate)
    }

    /// Whether a key may do more of something that is charged afterwards.
    ///
    /// - Returns: nil when it may; otherwise the error for the client.
    func check(_ key: Key?, now: ContinuousClock.Instant) -> ProtocolError? {
        guard let key, self.isOn.load(ordering: .relaxed) else { return nil }
        let (wait, rate) = self.table.withLock { ($0.wait(for: key, now: now), $0.rate) }
        return self.error(wait, rate)
    }

    /// Counts something that a key has done already.
    func charge(_ key: Key?, _ count: Int, now: ContinuousClock.Instant) {
        guard let key, self.isOn.load(ordering: .relaxed) else { return }
        self.table.withLock { $0.charge(key, count, now: now) }
    }

    /// Takes back what was counted and then not done.
    func giveBack(_ key: Key?, now: ContinuousClock.Instant) {
        guard let key, self.isOn.load(ordering: .relaxed) else { return }
        self.table.withLock { $0.giveBack(key, now: now) }
    }

    /// Sets another rate.
    func setRate(_ rate: Limits.Rate?) {
        self.table.withLock { $0.setRate(rate) }
        self.isOn.store(rate != nil, ordering: .relaxed)
    }

    /// Forgets some of the keys that have not done it for a while; each shard does its share.
    ///
    /// - Returns: The number of keys checked.
    @discardableResult
    func sweep(now: ContinuousClock.Instant) -> Int {
        guard self.isOn.load(ordering: .relaxed) else { return 0 }
        return self.table.withLock { $0.sweep(limit: SendLimiter.sweptAtOnce, now: now) }
    }

    private func error(_ wait: Duration?, _ rate: Limits.Rate?) -> ProtocolError? {
        guard let wait, let rate else { return nil }
        self.refusals.count(self.name)
        return .rateLimited(self.words.subject, rate, self.words.things, after: wait)
    }
}
