import ChatCore
import Synchronization

/// Limits how fast each user may send on this node, over all connections and HTTP together.
///
/// It takes a lock for each send, none for a delivery. Users whose buckets are full again are forgotten by
/// ``sweep(now:)``.
final class SendLimiter: Sendable {
    private let state: Mutex<State>

    private struct State {
        var rate: Limits.Rate?
        var buckets: [UserID: TokenBucket] = [:]
        /// The users, by the time at which their buckets may be full again.
        var due = DueQueue<UserID, ContinuousClock.Instant>()
    }

    /// The most users that are checked while others wait to send.
    static let sweptAtOnce = 1000

    /// Makes a limiter; without a rate it lets everything pass.
    init(rate: Limits.Rate?) { self.state = Mutex(State(rate: rate)) }

    /// Takes another rate: every user begins with a full bucket.
    func reload(rate: Limits.Rate?) {
        self.state.withLock { state in
            if state.rate != rate { state = State(rate: rate) }
        }
    }

    /// The number of remembered users.
    var userCount: Int { self.state.withLock(\.buckets.count) }

    /// Counts a send.
    ///
    /// - Returns: nil when it may go on; otherwise the error for the sender.
    func take(_ user: UserID, now: ContinuousClock.Instant) -> ProtocolError? {
        let refusal = self.state.withLock { state -> (rate: Limits.Rate, wait: Duration)? in
            guard let rate = state.rate else { return nil }
            if let index = state.buckets.index(forKey: user) {
                return state.buckets.values[index].take(now: now).map { (rate, $0) }
            }
            var bucket = TokenBucket(rate, now: now)
            let wait = bucket.take(now: now)
            state.due.schedule(user, at: now + bucket.timeUntilFull(now: now))
            state.buckets[user] = bucket
            return wait.map { (rate, $0) }
        }
        guard let (rate, wait) = refusal else { return nil }
        return ProtocolError(
            .rateLimited,
            "a user sends at most \(rate.perSecond) messages a second",
            retryMilliseconds: wait.inMilliseconds,
            limit: rate.perSecond
        )
    }

    /// Forgets users that have not sent for a while; each shard does its share.
    ///
    /// - Returns: The number of users checked: those whose buckets were due to be full again.
    @discardableResult
    func sweep(now: ContinuousClock.Instant) -> Int {
        self.state.withLock { state in
            var looks = 0
            while looks < Self.sweptAtOnce, let user = state.due.next(now) {
                looks += 1
                guard let index = state.buckets.index(forKey: user) else { continue }
                if state.buckets.values[index].isFull(now: now) {
                    state.buckets.remove(at: index)
                } else {
                    // Never at the same time again: the missing part of a token may need less time than the clock
                    // resolves.
                    let rest = max(.milliseconds(1), state.buckets.values[index].timeUntilFull(now: now))
                    state.due.schedule(user, at: now + rest)
                }
            }
            return looks
        }
    }
}
