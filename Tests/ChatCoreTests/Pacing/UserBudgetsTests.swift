import ChatCore
import TestSupport
import Testing

@Suite(.patience)
struct UserBudgetsTests {
    private let start = ContinuousClock.now
    private let mina = UserID("mina")
    private var budgets = UserBudgets(rate: Limits.Rate(burst: 4, perSecond: 1))

    private mutating func spend(_ count: Int) -> Int {
        var spent = 0
        for _ in 0..<count where self.budgets.take(self.mina, now: self.start) == nil {
            self.budgets.spend(self.mina, now: self.start)
            spent += 1
        }
        return spent
    }

    @Test mutating func `what was spent is reported once, and what was given back is not`() throws {
        let wait = self.budgets.take(self.mina, now: self.start)
        #expect(wait == nil)
        self.budgets.giveBack(self.mina, now: self.start)
        let spent = self.spend(9)
        #expect(spent == 4)
        let first = self.budgets.takeUnreported(limit: 10)
        let due = try #require(first)
        #expect(due.users.map(\.tokens) == [4] && due.rate.burst == 4)
        let second = self.budgets.takeUnreported(limit: 10)
        #expect(second?.users.isEmpty == true)
        // A report that did not arrive.
        self.budgets.putBack(due.users, now: self.start)
        let third = self.budgets.takeUnreported(limit: 10)
        #expect(third?.users.map(\.tokens) == [4])
    }

    @Test mutating func `what others have spent is not left, nor what waits to be reported`() {
        let first = self.spend(1)
        #expect(first == 1)
        // All nodes together have three left, and do not know of the one.
        self.budgets.bound(self.mina, by: 3, now: self.start)
        let rest = self.spend(9)
        #expect(rest == 2)
    }

    @Test mutating func `without a rate nothing is counted`() {
        self.budgets.setRate(nil)
        let spent = self.spend(100)
        let due = self.budgets.takeUnreported(limit: 10)
        #expect(spent == 100 && due == nil)
        #expect(self.budgets.count == 0)
    }
}
