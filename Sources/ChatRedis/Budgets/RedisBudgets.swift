internal import ChatCore

/// What users have spent of their limits on all nodes: a key for each account, until its bucket is full again.
///
/// It belongs to the broker and is used on its event loop only.
final class RedisBudgets {
    private let router: RequestRouter
    private let keys: RedisKeys

    init(_ router: RequestRouter, _ keys: RedisKeys) { (self.router, self.keys) = (router, keys) }

    /// Reports what was spent.
    ///
    /// - Returns: For each of them, what is left.
    /// - Throws: ``BrokerError``; a report that was lost on its way is not made again, since it could count twice.
    func settle(_ spendings: [Spending]) async throws(BrokerError) -> [Int] {
        let requests = spendings.map { spending in
            var request = RedisRequest(.settle, keys: self.keys.budget(spending.account)) {
                $0.append(spending.tokens)
                $0.append(spending.rate.burst)
                $0.append(spending.rate.count)
                $0.append(spending.rate.period.milliseconds)
            }
            request.isRepeatable = false
            return request
        }
        var left: [Int] = []
        for result in await self.router.performAll(requests) {
            guard let tokens = try result.get().integer else {
                throw BrokerError(.refused, "Redis gave an answer that is no number")
            }
            left.append(tokens)
        }
        return left
    }
}
