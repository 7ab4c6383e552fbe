internal import ChatCore

/// What users of the nodes that share the embedded broker have spent of their limits: a bucket for each account.
struct MemoryBudgets {
    /// The most accounts that are checked for one report.
    private static let checkedAtOnce = 4

    private var accounts: [String: TokenBucket] = [:]
    /// The accounts, by the time at which they may owe nothing any more.
    private var due = DueQueue<String, ContinuousClock.Instant>()

    /// The number of accounts that are not full.
    var count: Int { self.accounts.count }

    /// Takes what was spent; returns what is left.
    mutating func settle(_ spending: Spending, now: ContinuousClock.Instant) -> Int {
        self.forget(now)
        var bucket = self.accounts[spending.account] ?? TokenBucket(spending.rate, now: now)
        if bucket.rate != spending.rate { bucket = TokenBucket(spending.rate, now: now) }
        let left = bucket.spend(spending.tokens, now: now)
        let isNew = self.accounts.updateValue(bucket, forKey: spending.account) == nil
        if isNew { self.due.schedule(spending.account, at: now + bucket.timeUntilFull(now: now)) }
        return left
    }

    /// A bucket that is full again need not be kept.
    private mutating func forget(_ now: ContinuousClock.Instant) {
        for _ in 0..<Self.checkedAtOnce {
            guard let account = self.due.next(now) else { return }
            guard var bucket = self.accounts[account] else { continue }
            if bucket.isFull(now: now) {
                self.accounts[account] = nil
            } else {
                self.due.schedule(account, at: now + max(.milliseconds(1), bucket.timeUntilFull(now: now)))
            }
        }
    }
}
