import ChatCore

/// Tells the broker what users have spent of their limits on this node, and the limiters what they have spent elsewhere.
///
/// While the broker is away, users have this node's share: a whole burst, and the rate.
actor BudgetReports {
    private let ledger: any BudgetLedger
    private let sends: SendLimiter
    private var isReporting = false

    init(ledger: any BudgetLedger, sends: SendLimiter) {
        self.ledger = ledger
        self.sends = sends
    }

    /// Reports what is due; each shard asks for it once a second.
    func report() async {
        guard !self.isReporting else { return }
        self.isReporting = true
        defer { self.isReporting = false }
        guard let (rate, users) = self.sends.takeUnreported(limit: Spending.reportedAtOnce), !users.isEmpty else {
            return
        }
        let spendings = users.map { Spending(account: "sends:\($0.key)", tokens: $0.tokens, rate: rate) }
        do throws(BrokerError) {
            let left = try await self.ledger.settle(spendings)
            for (user, tokens) in zip(users, left) { self.sends.bound(user.key, by: tokens, now: .now) }
        } catch {
            // What may have been counted is not counted again.
            if error.code.outcome == .notDone { self.sends.putBack(users, now: .now) }
        }
    }
}
