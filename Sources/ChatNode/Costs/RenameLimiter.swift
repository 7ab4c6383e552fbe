import ChatCore
import Synchronization

/// Limits how often each user, and the users of each address, take a new name: every room that they are in is told of it.
final class RenameLimiter: SharedLimiter {
    let account = "renames"

    private let state: Mutex<State>
    private let refusals: RefusalMetrics

    private struct State {
        var users: UserBudgets
        var addresses: BucketTable<AddressBlock>

        mutating func take(
            _ user: UserID,
            _ address: AddressBlock?,
            now: ContinuousClock.Instant
        ) -> (name: LimitName, error: ProtocolError?)? {
            if let wait = self.users.take(user, now: now) {
                let error = self.users.rate.map {
                    ProtocolError.rateLimited("a user takes", $0, "new names", after: wait)
                }
                return (.renamesPerUser, error)
            }
            if let address, let wait = self.addresses.take(address, now: now) {
                self.users.giveBack(user, now: now)
                let error = self.addresses.rate.map {
                    ProtocolError.rateLimited("the users of an address take", $0, "new names", after: wait)
                }
                return (.renamesPerAddress, error)
            }
            self.users.spend(user, now: now)
            return nil
        }
    }

    /// Makes a limiter; without a rate it lets everything pass.
    init(_ cost: CostLimits, _ refusals: RefusalMetrics) {
        self.state = Mutex(
            State(users: UserBudgets(rate: cost.renames), addresses: BucketTable(rate: cost.addressRenames))
        )
        self.refusals = refusals
    }

    /// Counts a new name of a user.
    ///
    /// - Parameters:
    ///   - user: The user.
    ///   - address: The address that the user comes from; nil for a connection without one.
    ///   - now: The time.
    /// - Returns: nil when it may go on; otherwise the error for the client.
    func take(_ user: UserID, _ address: AddressBlock?, now: ContinuousClock.Instant) -> ProtocolError? {
        guard let refusal = self.state.withLock({ $0.take(user, address, now: now) }) else { return nil }
        self.refusals.count(refusal.name)
        return refusal.error
    }

    func withUsers<Result: Sendable>(_ body: (inout UserBudgets) -> Result) -> Result {
        self.state.withLock { body(&$0.users) }
    }

    /// Sets other limits.
    func apply(_ cost: CostLimits) {
        self.state.withLock { state in
            state.users.setRate(cost.renames)
            state.addresses.setRate(cost.addressRenames)
        }
    }

    /// Forgets some of those that have had the same name for a while; each shard does its share.
    func sweep(now: ContinuousClock.Instant) {
        // One at a time: meanwhile others wait for a name.
        _ = self.state.withLock { $0.users.sweep(limit: SendLimiter.sweptAtOnce, now: now) }
        _ = self.state.withLock { $0.addresses.sweep(limit: SendLimiter.sweptAtOnce, now: now) }
    }
}
