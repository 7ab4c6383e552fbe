/// How much each user may still do of something that has one limit on all nodes together.
///
/// The buckets are the node's own; what was spent from them waits here until it is reported (``BudgetLedger``), and the
/// answer lowers them by what was spent on other nodes.
package struct UserBudgets: Sendable {
    private var buckets: BucketTable<UserID>
    /// What users have spent that other nodes do not know of.
    private var unreported = UnreportedSpending<UserID>()

    package typealias Spent = (key: UserID, tokens: Int)

    /// Makes the budgets of nobody.
    ///
    /// - Parameter rate: The rate of each user; nil: no limit.
    package init(rate: Limits.Rate?) { self.buckets = BucketTable(rate: rate) }

    /// The rate of each user; nil: no limit.
    package var rate: Limits.Rate? { self.buckets.rate }
    /// The number of users that it knows.
    package var count: Int { self.buckets.count }

    /// Takes a token of a user, if there is one; ``spend(_:now:)`` or ``giveBack(_:now:)`` follows.
    ///
    /// - Returns: nil when it was taken; otherwise the time until there is one.
    package mutating func take(_ user: UserID, now: ContinuousClock.Instant) -> Duration? {
        self.buckets.take(user, now: now)
    }

    /// What was taken is spent, and will be reported.
    package mutating func spend(_ user: UserID, now: ContinuousClock.Instant) {
        if let rate { self.unreported.add(user, rate, now: now) }
    }

    /// What was taken is not used.
    package mutating func giveBack(_ user: UserID, now: ContinuousClock.Instant) {
        self.buckets.giveBack(user, now: now)
    }

    /// Takes what is to be reported.
    package mutating func takeUnreported(limit: Int) -> (rate: Limits.Rate, users: [Spent])? {
        self.rate.map { ($0, self.unreported.takeDue(limit: limit)) }
    }

    /// A user has no more than this left, on all nodes together.
    package mutating func bound(_ user: UserID, by most: Int, now: ContinuousClock.Instant) {
        self.buckets.bound(user, by: most - self.unreported.spent(by: user), now: now)
    }

    /// A report was not made.
    package mutating func putBack(_ users: [Spent], now: ContinuousClock.Instant) {
        guard let rate else { return }
        for user in users { self.unreported.add(user.key, tokens: user.tokens, rate, now: now) }
    }

    /// Sets another rate.
    package mutating func setRate(_ rate: Limits.Rate?) {
        if rate != self.rate { self.unreported.removeAll() }
        self.buckets.setRate(rate)
    }

    /// Forgets some of the users whose buckets are full again.
    ///
    /// - Returns: The number of users checked.
    package mutating func sweep(limit: Int, now: ContinuousClock.Instant) -> Int {
        self.buckets.sweep(limit: limit, now: now)
    }
}
