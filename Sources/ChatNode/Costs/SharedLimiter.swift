import ChatCore

/// A limiter whose users have one limit on all nodes together (``BudgetReports``).
protocol SharedLimiter: Sendable {
    /// The name of its accounts in the ledger.
    var account: String { get }

    /// Changes what its users have left; it is called under the limiter's lock.
    func withUsers<Result: Sendable>(_ body: (inout UserBudgets) -> Result) -> Result
}
