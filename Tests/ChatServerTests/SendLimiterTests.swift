import ChatCore
import Testing

@testable import ChatNode

@Suite(.patience)
struct SendLimiterTests {
    private let start = ContinuousClock.now
    private let mina = UserID("u1")
    private let juno = UserID("u2")

    private func limiter() -> SendLimiter { SendLimiter(rate: Limits.Rate(burst: 3, perSecond: 2)) }

    /// How many of so many sends pass at a time.
    private func passed(_ limiter: SendLimiter, _ count: Int, by user: UserID, after time: Duration = .zero) -> Int {
        (0..<count).count { _ in limiter.take(user, now: self.start + time) == nil }
    }

    @Test func `a burst passes, and what comes after it is told when to go on`() throws {
        let limiter = self.limiter()
        #expect(self.passed(limiter, 3, by: self.mina) == 3)
        let refusal = try #require(limiter.take(self.mina, now: self.start))
        #expect(refusal.code == .rateLimited && refusal.retryMilliseconds == 500 && refusal.limit == 2)
        #expect(limiter.take(self.mina, now: self.start + .milliseconds(499)) != nil)
        #expect(limiter.take(self.mina, now: self.start + .milliseconds(500)) == nil)
    }

    @Test func `each user has a limit of their own`() {
        let limiter = self.limiter()
        #expect(self.passed(limiter, 9, by: self.mina) == 3)
        #expect(self.passed(limiter, 9, by: self.juno) == 3)
    }

    @Test func `time gives back the burst and not more`() {
        let limiter = self.limiter()
        #expect(self.passed(limiter, 9, by: self.mina) == 3)
        #expect(self.passed(limiter, 9, by: self.mina, after: .seconds(1)) == 2)
        #expect(self.passed(limiter, 9, by: self.mina, after: .seconds(3600)) == 3)
    }

    @Test func `sweeping forgives nobody who has sent too much`() {
        let limiter = self.limiter()
        #expect(self.passed(limiter, 3, by: self.mina) == 3)
        limiter.sweep(now: self.start)
        #expect(self.passed(limiter, 9, by: self.mina) == 0)
        limiter.sweep(now: self.start + .seconds(1))
        #expect(self.passed(limiter, 9, by: self.mina, after: .seconds(1)) == 2)
    }

    @Test func `sweeping forgets those whose burst is whole again`() {
        let limiter = self.limiter()
        _ = self.passed(limiter, 1, by: self.mina)
        _ = self.passed(limiter, 3, by: self.juno)
        #expect(limiter.userCount == 2)
        limiter.sweep(now: self.start + .milliseconds(500))
        #expect(limiter.userCount == 1)
        limiter.sweep(now: self.start + .milliseconds(1500))
        #expect(limiter.userCount == 0)
    }

    @Test func `ten thousand who have sent are looked at when their bursts may be whole again, some at once`() throws {
        let limiter = self.limiter()
        for number in 0..<10_000 { _ = limiter.take(UserID("u\(number)"), now: self.start) }
        #expect(limiter.sweep(now: self.start + .milliseconds(499)) == 0)
        // These go on: they are put off, and the others forgotten.
        for number in 0..<100 { _ = limiter.take(UserID("u\(number)"), now: self.start + .milliseconds(499)) }
        let looks = (0..<12).map { _ in limiter.sweep(now: self.start + .milliseconds(501)) }
        #expect(looks.prefix(10).allSatisfy { $0 == SendLimiter.sweptAtOnce } && looks.suffix(2) == [0, 0])
        #expect(limiter.userCount == 100)
    }

    @Test func `without a rate everything passes, and nothing is kept`() {
        let limiter = SendLimiter(rate: nil)
        #expect(self.passed(limiter, 1000, by: self.mina) == 1000)
        #expect(limiter.userCount == 0)
    }
}
