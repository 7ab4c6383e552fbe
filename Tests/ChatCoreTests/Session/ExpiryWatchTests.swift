import TestSupport
import Testing

@testable import ChatCore

@Suite(.patience) struct ExpiryWatchTests {
    private var watch = ExpiryWatch()

    @Test mutating func `a connection ends when its token does`() {
        let first = self.watch.begin(expiry: 100_000, now: 0)
        #expect(first.delay == .seconds(30))
        let next = ExpiryWatch.Check(round: first.round, delay: .seconds(30))
        #expect(self.watch.check(first.round, expiry: 100_000, now: 30_000) == .wait(next))
        let last = ExpiryWatch.Check(round: first.round, delay: .milliseconds(9999))
        #expect(self.watch.check(first.round, expiry: 100_000, now: 90_001) == .wait(last))
        #expect(self.watch.check(first.round, expiry: 100_000, now: 100_000) == .expired)
    }

    @Test mutating func `a token that is over when it is taken ends it at once`() {
        #expect(self.watch.begin(expiry: 5, now: 10).delay == .zero)
    }

    @Test mutating func `checks for an earlier token have no effect`() {
        let old = self.watch.begin(expiry: 1000, now: 0)
        let new = self.watch.begin(expiry: 500, now: 0)
        #expect(new.delay == .milliseconds(500))
        #expect(self.watch.check(old.round, expiry: 500, now: 1000) == .ignore)
        #expect(self.watch.check(new.round, expiry: 500, now: 500) == .expired)
    }

    @Test mutating func `a clock that is set shortens or lengthens the wait`() {
        let check = self.watch.begin(expiry: 1_000_000, now: 0)
        #expect(self.watch.check(check.round, expiry: 1_000_000, now: 2_000_000) == .expired)
        let back = ExpiryWatch.Check(round: check.round, delay: .seconds(30))
        #expect(self.watch.check(check.round, expiry: 1_000_000, now: -5_000_000) == .wait(back))
    }
}
