import ChatCore

/// Tells the broker what users have spent of their limits on this node, and the limiters what they have spent elsewhere.
///
/// While the broker is away, users have this node's share: a whole burst, and the rate.
actor BudgetReports {
    private let ledger: any BudgetLedger
    private let limiters: [any SharedLimiter]
    private let reporting = SharedReading<Void>()

    init(ledger: any BudgetLedger, limiters: [any SharedLimiter]) {
        self.ledger = ledger
        self.limiters = limiters
    }

    /// Reports what is due now; each shard asks for it once a second.
    func report() async {
        await self.reporting.value { for limiter in self.limiters { await self.report(limiter) } }
    }

    private func report(_ limiter: any SharedLimiter) async {
        let due = limiter.withUsers { $0.takeUnreported(limit: Spending.reportedAtOnce) }
        guard let (rate, users) = due, !users.isEmpty else { return }
        let spendings = users.map { Spending(account: "\(limiter.account):\($0.key)", tokens: $0.tokens, rate: rate) }
        do throws(BrokerError) {
            let left = try await self.ledger.settle(spendings)
            limiter.withUsers { budgets in
                for (user, tokens) in zip(users, left) { budgets.bound(user.key, by: tokens, now: .now) }
            }
        } catch {
            // What may have been counted is not counted again.
            if error.code.outcome == .notDone { limiter.withUsers { $0.putBack(users, now: .now) } }
        }
    }
}
