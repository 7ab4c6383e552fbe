import ChatCore
import Testing

@testable import ChatNode

@Suite(.patience)
struct SendLimiterTests {
    private let start = ContinuousClock.now
    private let mina = UserID("u1")
    private let juno = UserID("u2")
    private let lobby: RoomName
    private let annex: RoomName

    init() throws {
        self.lobby = try RoomName("lobby")
        self.annex = try RoomName("annex")
    }

    private func limiter(
        addresses: Limits.Rate? = nil,
        rooms: Limits.Rate? = nil,
        users: Limits.Rate? = Limits.Rate(burst: 3, perSecond: 2)
    ) -> SendLimiter {
        var limits = Limits()
        limits.sends = users
        limits.cost.addressSends = addresses
        limits.cost.roomSends = rooms
        return SendLimiter(limits, RefusalMetrics(of: MetricsRegistry()))
    }

    private func send(_ user: UserID, from address: String = "192.0.2.1", in room: RoomName? = nil) -> SendLimiter.Send
    {
        SendLimiter.Send(user: user, address: NetworkAddress(address)?.block, room: room ?? self.lobby)
    }

    /// How many of so many sends pass at a time.
    private func passed(_ limiter: SendLimiter, _ count: Int, by user: UserID, after time: Duration = .zero) -> Int {
        (0..<count).count { _ in limiter.take(self.send(user), now: self.start + time) == nil }
    }

    @Test func `a burst passes, and what comes after it is told when to go on`() throws {
        let limiter = self.limiter()
        #expect(self.passed(limiter, 3, by: self.mina) == 3)
        let refusal = try #require(limiter.take(self.send(self.mina), now: self.start))
        #expect(refusal.code == .rateLimited && refusal.retryMilliseconds == 500 && refusal.limit == 2)
        #expect(limiter.take(self.send(self.mina), now: self.start + .milliseconds(499)) != nil)
        #expect(limiter.take(self.send(self.mina), now: self.start + .milliseconds(500)) == nil)
    }

    @Test func `a room gets back what was not said there, and its sender does not`() {
        let limiter = self.limiter(rooms: Limits.Rate(burst: 1, perSecond: 1))
        for _ in 0..<3 {
            #expect(limiter.take(self.send(self.mina), now: self.start) == nil)
            limiter.giveBack(room: self.lobby, now: self.start)
        }
        #expect(limiter.take(self.send(self.mina), now: self.start)?.message.contains("a user sends") == true)
        #expect(limiter.take(self.send(self.juno), now: self.start) == nil)
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
        #expect(limiter.counts.users == 2)
        limiter.sweep(now: self.start + .milliseconds(500))
        #expect(limiter.counts.users == 1)
        limiter.sweep(now: self.start + .milliseconds(1500))
        #expect(limiter.counts.users == 0)
    }

    @Test func `ten thousand who have sent are looked at when their bursts may be whole again, some at once`() throws {
        let limiter = self.limiter()
        for number in 0..<10_000 { _ = limiter.take(self.send(UserID("u\(number)")), now: self.start) }
        #expect(limiter.sweep(now: self.start + .milliseconds(499)) == 0)
        // These go on: they are put off, and the others forgotten.
        for number in 0..<100 {
            _ = limiter.take(self.send(UserID("u\(number)")), now: self.start + .milliseconds(499))
        }
        let looks = (0..<12).map { _ in limiter.sweep(now: self.start + .milliseconds(501)) }
        #expect(looks.prefix(10).allSatisfy { $0 == SendLimiter.sweptAtOnce } && looks.suffix(2) == [0, 0])
        #expect(limiter.counts.users == 100)
    }

    @Test func `without a rate everything passes, and nothing is kept`() {
        let limiter = self.limiter(users: nil)
        #expect(self.passed(limiter, 1000, by: self.mina) == 1000)
        #expect(limiter.counts.users == 0)
    }

    @Test func `an address has one burst, however many users it makes`() throws {
        let limiter = self.limiter(addresses: Limits.Rate(burst: 5, perSecond: 1))
        var passed = 0
        for number in 0..<52 {
            for _ in 0..<20 where limiter.take(self.send(UserID("guest\(number)")), now: self.start) == nil {
                passed += 1
            }
        }
        #expect(passed == 5)
        let refusal = try #require(limiter.take(self.send(self.mina), now: self.start))
        #expect(refusal.message == "an address sends at most 1 messages a second" && refusal.limit == 1)
        // What the address is refused is not counted against the user.
        #expect(limiter.take(self.send(self.mina, from: "192.0.2.2"), now: self.start) == nil)
        #expect(limiter.take(self.send(self.juno, from: "2001:db8::1"), now: self.start) == nil)
    }

    @Test func `a room takes one burst, from however many addresses`() throws {
        let limiter = self.limiter(rooms: Limits.Rate(burst: 7, perSecond: 1), users: nil)
        var passed = 0
        for number in 0..<100 {
            let send = self.send(UserID("u\(number)"), from: "192.0.2.\(number)")
            if limiter.take(send, now: self.start) == nil { passed += 1 }
        }
        #expect(passed == 7)
        let refusal = try #require(limiter.take(self.send(self.mina), now: self.start))
        #expect(refusal.message == "a room takes at most 1 messages a second")
        #expect(limiter.take(self.send(self.mina, in: self.annex), now: self.start) == nil)
    }

    @Test func `limits that change hold at once, with a full burst of the new size`() {
        let limiter = self.limiter()
        #expect(self.passed(limiter, 9, by: self.mina) == 3)
        var limits = Limits()
        limits.cost = .none
        limits.sends = Limits.Rate(burst: 10, perSecond: 5)
        limiter.apply(limits)
        #expect(self.passed(limiter, 99, by: self.mina) == 10)
        #expect(self.passed(limiter, 9, by: self.mina, after: .seconds(1)) == 5)
        limits.sends = nil
        limiter.apply(limits)
        #expect(self.passed(limiter, 100, by: self.mina) == 100)
        #expect(limiter.counts.users == 0)
    }
}
