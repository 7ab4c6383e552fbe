import ChatCore
import TestSupport
import Testing

@Suite(.patience)
struct UnreportedSpendingTests {
    private let start = ContinuousClock.now
    private let rate = Limits.Rate(burst: 20, perSecond: 10)

    @Test func `a quarter of a burst is reported, and what comes meanwhile later`() {
        var spending = UnreportedSpending<String>()
        for _ in 0..<4 { spending.add("mina", self.rate, now: self.start) }
        #expect(spending.takeDue(limit: 9).isEmpty && spending.spent(by: "mina") == 4)
        for _ in 0..<3 { spending.add("mina", self.rate, now: self.start) }
        let due = spending.takeDue(limit: 9)
        #expect(due.map(\.key) == ["mina"] && due.map(\.tokens) == [7])
        #expect(spending.spent(by: "mina") == 0)
        spending.add("mina", self.rate, now: self.start)
        #expect(spending.spent(by: "mina") == 1)
        // A report that was not made.
        spending.add("mina", tokens: 7, self.rate, now: self.start)
        #expect(spending.takeDue(limit: 9).map(\.tokens) == [8])
    }

    @Test func `no more are reported at once than may be`() {
        var spending = UnreportedSpending<Int>()
        for key in 0..<1000 { spending.add(key, tokens: 20, self.rate, now: self.start) }
        var seen = Set<Int>()
        while case let due = spending.takeDue(limit: 300), !due.isEmpty {
            #expect(due.count <= 300)
            seen.formUnion(due.map(\.key))
        }
        #expect(seen.count == 1000 && spending.count == 0)
    }

    @Test func `whoever spends slowly is forgotten in time, and whoever does not is reported`() {
        var spending = UnreportedSpending<Int>()
        // Less than a twentieth of the rate, for ten minutes.
        for second in stride(from: 0, to: 600, by: 3) {
            spending.add(1, self.rate, now: self.start + .seconds(second))
            spending.add(second, self.rate, now: self.start + .seconds(second))
            #expect(spending.takeDue(limit: 9).isEmpty || spending.spent(by: 1) == 0)
        }
        #expect(spending.count < 20)
        var reported = 0
        for second in 600..<660 {
            spending.add(2, self.rate, now: self.start + .seconds(second))
            reported += spending.takeDue(limit: 9).reduce(0) { $0 + $1.tokens }
        }
        #expect(reported >= 55)
    }

    @Test func `while nobody can be told, no more than a hundred thousand wait for it`() {
        var spending = UnreportedSpending<Int>()
        for key in 0..<250_000 { spending.add(key, tokens: 20, self.rate, now: self.start) }
        #expect(spending.count == 200_000)
        var reported = 0
        while case let due = spending.takeDue(limit: 500), !due.isEmpty { reported += due.count }
        #expect(reported == 100_000)
        // Those that waited among the slow ones are due with what they spend next.
        spending.add(100_000, self.rate, now: self.start)
        #expect(spending.takeDue(limit: 9).map(\.tokens) == [21])
    }

    @Test func `a hundred thousand slow ones and one more are bounded`() {
        var spending = UnreportedSpending<Int>()
        for key in 0..<150_000 { spending.add(key, self.rate, now: self.start) }
        #expect(spending.count == 100_000)
        spending.removeAll()
        #expect(spending.count == 0)
    }
}
