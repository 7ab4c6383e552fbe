/// What users spend of their limits, on all nodes together.
///
/// It promises: each account is one token bucket, whoever reports what was spent from it; a report is answered with what
/// is left after it. An account that owes gives nothing until its rate has paid that back, so that in the long run all
/// nodes together spend no more than the rate.
///
/// Nodes do not ask before they let something pass. Each lets a user spend a burst of its own and reports it afterwards,
/// so one burst too many for each node may pass, and nothing waits for the broker.
package protocol BudgetLedger: AnyObject, Sendable {
    /// Reports what was spent.
    ///
    /// - Parameter spendings: At most ``Spending/reportedAtOnce``.
    /// - Returns: For each of them, the tokens that its account has left; fewer than none when it owes.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func settle(_ spendings: [Spending]) async throws(BrokerError) -> [Int]
}

/// What a node has let pass of something that is limited on all nodes together.
package struct Spending: Equatable, Sendable {
    /// The most spendings in one report.
    package static let reportedAtOnce = 500

    /// Who spent it, and of which limit: `sends:u3f2k…`.
    package var account: String
    /// How much.
    package var tokens: Int
    /// The account's burst and rate.
    package var rate: Limits.Rate

    package init(account: String, tokens: Int, rate: Limits.Rate) {
        self.account = account
        self.tokens = tokens
        self.rate = rate
    }
}
