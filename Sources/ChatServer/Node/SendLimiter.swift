import ChatCore
import Synchronization

/// How fast each user may send on this node, over all connections and HTTP together.
///
/// A lock for each send, none for a delivery. Users whose buckets are full again are forgotten by ``sweep(now:)``.
final class SendLimiter: Sendable {
    private let rate: Limits.Rate?
    private let state = Mutex(State())

    private struct State {
        var buckets: [UserID: TokenBucket] = [:]
        /// When those may be forgotten next that are full.
        var nextSweep: ContinuousClock.Instant?
    }

    /// How often that is done, however many shards ask for it.
    private static let sweepInterval = Duration.seconds(1)

    /// Makes a limiter; without a rate it lets everything pass.
    init(rate: Limits.Rate?) { self.rate = rate }

    /// How many users are remembered.
    var userCount: Int { self.state.withLock(\.buckets.count) }

    /// Counts a send.
    ///
    /// - Returns: nil when it may go on; else what the sender is told.
    func take(_ user: UserID, now: ContinuousClock.Instant) -> ProtocolError? {
        guard let rate else { return nil }
        let wait = self.state.withLock { $0.buckets[user, default: TokenBucket(rate, now: now)].take(now: now) }
        guard let wait else { return nil }
        return ProtocolError(
            .rateLimited,
            "a user sends at most \(rate.perSecond) messages a second",
            retryMilliseconds: wait.inMilliseconds,
            limit: rate.perSecond
        )
    }

    /// Forgets users who have not sent for a while, unless another shard has just done it.
    func sweep(now: ContinuousClock.Instant) {
        self.state.withLock { state in
            if let next = state.nextSweep, now < next { return }
            state.nextSweep = now + Self.sweepInterval
            for user in state.buckets.keys where state.buckets[user]?.isFull(now: now) == true {
                state.buckets[user] = nil
            }
        }
    }
}
