internal import ChatCore
internal import Testing

extension BrokerClause {
    static let budgets = [
        BrokerClause("what nodes report is taken from one account, which may owe", accountsAreShared),
        BrokerClause("an account that owes is paid back by its rate, and never has more than its burst", debtsArePaid),
        BrokerClause("a report is answered in its order, however large it is", reportsAreOrdered),
    ]
}

/// So slow that nothing comes back while a test runs.
private let slow = Limits.Rate(burst: 20, 1, per: .hour)

private func accountsAreShared(_ broker: any BudgetLedger) async throws {
    let (mina, juno) = (unique("account"), unique("account"))
    #expect(try await broker.settle([]) == [])
    #expect(try await broker.settle([Spending(account: mina, tokens: 5, rate: slow)]) == [15])
    let both = [Spending(account: mina, tokens: 18, rate: slow), Spending(account: juno, tokens: 1, rate: slow)]
    #expect(try await broker.settle(both) == [-3, 19])
    #expect(try await broker.settle([Spending(account: mina, tokens: 40, rate: slow)]) == [-43])
}

private func debtsArePaid(_ broker: any BudgetLedger) async throws {
    let account = unique("account")
    let fast = Limits.Rate(burst: 100, perSecond: 1000)
    var left = try await broker.settle([Spending(account: account, tokens: 300, rate: fast)])[0]
    #expect(left < 0)
    while left < 100 {
        // A debt is paid by the time that passes.
        try await Task.sleep(for: .milliseconds(10))
        let next = try await broker.settle([Spending(account: account, tokens: 0, rate: fast)])[0]
        #expect(next >= left && next <= 100)
        left = next
    }
}

private func reportsAreOrdered(_ broker: any BudgetLedger) async throws {
    let name = unique("account")
    let spendings = (0..<Spending.reportedAtOnce).map { number in
        Spending(account: "\(name)-\(number)", tokens: number % 50, rate: slow)
    }
    #expect(try await broker.settle(spendings) == spendings.map { 20 - $0.tokens })
}
