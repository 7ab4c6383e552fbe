import ChatCore
import Synchronization

/// How fast each user may send on this node, over all connections and HTTP together.
///
/// A lock for each send, none for a delivery. Users whose buckets are full again are forgotten by ``sweep(now:)``.
final class SendLimiter: Sendable {
    private let rate: Limits.Rate?
    private let buckets = Mutex<[UserID: TokenBucket]>([:])

    /// Makes a limiter; without a rate it lets everything pass.
    init(rate: Limits.Rate?) { self.rate = rate }

    /// Counts a send.
    ///
    /// - Returns: nil when it may go on; else what the sender is told.
    func take(_ user: UserID, now: ContinuousClock.Instant) -> ProtocolError? {
        guard let rate else { return nil }
        let wait = self.buckets.withLock { $0[user, default: TokenBucket(rate, now: now)].take(now: now) }
        guard let wait else { return nil }
        return ProtocolError(
            .rateLimited,
            "a user sends at most \(rate.perSecond) messages a second",
            retryMilliseconds: wait.inMilliseconds,
            limit: rate.perSecond
        )
    }

    /// How many users have sent of late.
    var userCount: Int { self.buckets.withLock(\.count) }

    /// Forgets users who have not sent for a while.
    func sweep(now: ContinuousClock.Instant) {
        self.buckets.withLock { buckets in
            for user in buckets.keys where buckets[user]?.isFull(now: now) == true { buckets[user] = nil }
        }
    }
}
