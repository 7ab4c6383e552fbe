import ChatCore
import TestSupport
import Testing

@Suite(.patience)
struct BucketTableTests {
    private let start = ContinuousClock.now

    private func table(_ burst: Int = 3, _ perSecond: Int = 2, maximum: Int = 100_000) -> BucketTable<Int> {
        BucketTable(rate: Limits.Rate(burst: burst, perSecond: perSecond), maximum: maximum)
    }

    private func passed(_ table: inout BucketTable<Int>, _ count: Int, by key: Int, after time: Duration = .zero) -> Int
    {
        (0..<count).count { _ in table.take(key, now: self.start + time) == nil }
    }

    @Test func `each key has a burst of its own`() {
        var table = self.table()
        #expect(self.passed(&table, 9, by: 1) == 3)
        #expect(self.passed(&table, 9, by: 2) == 3)
        #expect(table.take(1, now: self.start) == .milliseconds(500))
        #expect(table.wait(for: 1, now: self.start) == .milliseconds(500))
        #expect(table.wait(for: 3, now: self.start) == nil)
        #expect(table.count == 2)
    }

    @Test func `what costs more than the burst costs the burst`() {
        var table = self.table()
        #expect(table.take(1, 100, now: self.start) == nil)
        #expect(table.take(1, now: self.start) == .milliseconds(500))
    }

    @Test func `what was used before it was counted is owed, up to another burst`() {
        var table = self.table()
        table.charge(1, 5, now: self.start)
        #expect(table.wait(for: 1, now: self.start) == .milliseconds(1500))
        table.charge(1, 1_000_000, now: self.start)
        #expect(table.wait(for: 1, now: self.start) == .seconds(2))
        #expect(self.passed(&table, 9, by: 1, after: .seconds(100)) == 3)
    }

    @Test func `what is given back is there again, and no more than was`() {
        var table = self.table()
        #expect(self.passed(&table, 3, by: 1) == 3)
        table.giveBack(1, now: self.start)
        #expect(self.passed(&table, 9, by: 1) == 1)
        for _ in 0..<9 { table.giveBack(1, now: self.start) }
        #expect(self.passed(&table, 9, by: 1) == 3)
        table.giveBack(2, now: self.start)
        #expect(table.count == 1)
    }

    @Test func `a full table counts everybody else together, and makes room in time`() {
        var table = self.table(maximum: 2)
        #expect(self.passed(&table, 1, by: 1) + self.passed(&table, 3, by: 2) == 4)
        // A hundred times as much as one, for all of the thousand.
        let strangers = (1000..<2000).reduce(0) { $0 + self.passed(&table, 9, by: $1) }
        #expect(strangers == 3 * BucketTable<Int>.strangersShare && table.count == 2)
        #expect(table.wait(for: 7, now: self.start) != nil)
        #expect(self.passed(&table, 9, by: 1) == 2)
        table.charge(8, 5, now: self.start)
        #expect(table.sweep(limit: 10, now: self.start + .seconds(9)) == 2)
        #expect(table.count == 0)
        #expect(self.passed(&table, 9, by: 7, after: .seconds(9)) == 3)
    }

    @Test func `a full table has a place for a newcomer when somebody's burst is whole`() {
        var table = self.table(maximum: 100)
        for key in 0..<100 { #expect(self.passed(&table, 1, by: key) == 1) }
        // All of them are whole now, and nobody has swept.
        for key in 100..<200 { #expect(self.passed(&table, 4, by: key, after: .seconds(1)) == 3) }
        #expect(table.count == 100)
        for key in 200..<210 { #expect(self.passed(&table, 1, by: key, after: .seconds(1)) == 1) }
        #expect(table.count == 100)
    }

    @Test func `those without a place give back to the bucket that they share`() {
        var table = self.table(1, 1, maximum: 1)
        #expect(self.passed(&table, 1, by: 1) == 1)
        #expect(self.passed(&table, 200, by: 2) == BucketTable<Int>.strangersShare)
        table.giveBack(2, now: self.start)
        #expect(self.passed(&table, 9, by: 3) == 1)
    }

    @Test func `a hundred thousand keys are looked at once they are due, and forgotten`() {
        var table = self.table()
        for key in 0..<150_000 { _ = table.take(key, now: self.start) }
        #expect(table.count == 100_000)
        #expect(table.sweep(limit: 1000, now: self.start + .milliseconds(499)) == 0)
        var looks = 0
        while case let step = table.sweep(limit: 1000, now: self.start + .milliseconds(501)), step > 0 { looks += step }
        #expect(looks == 100_000 && table.count == 0)
    }

    @Test func `with another rate everybody begins with a full bucket of it`() {
        var table = self.table()
        #expect(self.passed(&table, 9, by: 1) == 3)
        table.setRate(Limits.Rate(burst: 9, perSecond: 9))
        #expect(self.passed(&table, 20, by: 1) == 9)
        #expect(self.passed(&table, 20, by: 1, after: .seconds(1)) == 9)
        table.setRate(nil)
        #expect(self.passed(&table, 20, by: 1, after: .seconds(1)) == 20)
        #expect(table.count == 0)
    }

    @Test(arguments: [
        ("20,10/s", Limits.Rate(burst: 20, 10, per: .second)), ("5,12/m", Limits.Rate(burst: 5, 12, per: .minute)),
        ("1,1/h", Limits.Rate(burst: 1, 1, per: .hour)),
    ])
    func `a rate is written as a burst and what comes after it`(text: String, rate: Limits.Rate) {
        #expect(Limits.Rate(text) == rate)
        #expect(rate.description == text)
    }

    @Test(arguments: [
        "", "20", "20,10", "20,10/d", "20,10/", ",10/s", "0,10/s", "20,0/s", "-1,1/s", "20,10/s,", "20, 10/s",
        "20,10/s/s", "1e3,1/s",
        "99999999999999999999,1/s",
    ])
    func `what is no rate is none`(text: String) { #expect(Limits.Rate(text) == nil) }

    @Test func `a slow rate gives its tokens one by one`() {
        var table = BucketTable<Int>(rate: Limits.Rate(burst: 2, 12, per: .minute))
        #expect(self.passed(&table, 9, by: 1) == 2)
        #expect(table.take(1, now: self.start + .seconds(4))?.inMilliseconds == 1000)
        #expect(self.passed(&table, 9, by: 1, after: .milliseconds(5001)) == 1)
    }
}
