import ChatCore
import Testing

@testable import ChatNode

@Suite(.patience)
struct CostGuardTests {
    private let start = ContinuousClock.now
    private let metrics = MetricsRegistry()

    private func limits(_ change: (inout CostLimits) -> Void) -> Limits {
        var limits = Limits()
        limits.cost = .none
        change(&limits.cost)
        return limits
    }

    private func block(_ text: String) throws -> AddressBlock { try #require(NetworkAddress(text)).block }

    @Test func `a hundred thousand addresses do everything, and are forgotten when their bursts are whole`() {
        let costs = CostGuard(Limits(), metrics: self.metrics)
        let limiters = [costs.typing, costs.sessions, costs.joins, costs.newRooms, costs.requests]
        for number in 0..<100_000 {
            let bytes = [10, UInt8(number >> 16), UInt8(number >> 8 & 255), UInt8(number & 255)]
            let block = NetworkAddress(bytes: bytes)?.block
            for limiter in limiters { #expect(limiter.take(block, now: self.start) == nil) }
            costs.replayBytes.charge(block, 1000, now: self.start)
        }
        for limiter in limiters + [costs.replayBytes] { #expect(limiter.count == 100_000) }
        for _ in 0..<100 { costs.sweep(now: self.start + .seconds(60)) }
        for limiter in limiters + [costs.replayBytes] { #expect(limiter.count == 0) }
    }

    @Test func `a name that the address may not have is not counted against its user`() throws {
        let costs = CostGuard(
            self.limits {
                $0.renames = Limits.Rate(burst: 2, perSecond: 1)
                $0.addressRenames = Limits.Rate(burst: 1, perSecond: 1)
            },
            metrics: self.metrics
        )
        let (office, home) = (try self.block("192.0.2.1"), try self.block("192.0.2.2"))
        #expect(costs.renames.take(UserID("a"), office, now: self.start) == nil)
        #expect(
            costs.renames.take(UserID("b"), office, now: self.start)?.message
                == "the users of an address take at most 1 new names a second"
        )
        #expect(costs.renames.take(UserID("b"), home, now: self.start) == nil)
        #expect(costs.renames.take(UserID("b"), nil, now: self.start) == nil)
        #expect(
            costs.renames.take(UserID("b"), nil, now: self.start)?.message
                == "a user takes at most 1 new names a second"
        )
        #expect(self.metrics.total(Metric.refused.name) == 2)
    }

    @Test func `only so many requests wait for an answer`() throws {
        let costs = CostGuard(self.limits { $0.requestsUnderWay = 2 }, metrics: self.metrics)
        for _ in 0..<2 { #expect(costs.beginRequest(nil, now: self.start) == nil) }
        let refusal = try #require(costs.beginRequest(nil, now: self.start))
        #expect(refusal.code == .unavailable && refusal.limit == 2)
        costs.endRequest()
        #expect(costs.beginRequest(nil, now: self.start) == nil)
    }

    @Test func `without limits nothing is refused and nothing kept`() throws {
        let costs = CostGuard(self.limits { _ in }, metrics: self.metrics)
        let office = try self.block("192.0.2.1")
        for _ in 0..<1000 {
            #expect(costs.joins.take(office, now: self.start) == nil)
            #expect(costs.checkPast(office, now: self.start) == nil)
            #expect(costs.checkRooms(.max) == nil && costs.checkMembers(.max) == nil && costs.checkWaiting(.max) == nil)
        }
        #expect(costs.joins.count == 0)
    }

    @Test func `limits that change hold from then on`() throws {
        let costs = CostGuard(self.limits { _ in }, metrics: self.metrics)
        let office = try self.block("192.0.2.1")
        costs.apply(
            self.limits {
                $0.joins = Limits.Rate(burst: 1, perSecond: 1)
                $0.rooms = 5
                $0.bufferedBytes = 100
            }
        )
        #expect(costs.joins.take(office, now: self.start) == nil)
        #expect(costs.joins.take(office, now: self.start) != nil)
        #expect(costs.checkRooms(5)?.limit == 5)
        costs.buffers.add(101)
        #expect(costs.checkPast(office, now: self.start)?.limit == 100)
        #expect(costs.buffers.excess == 26)
        costs.buffers.add(-101)
        #expect(costs.checkPast(office, now: self.start) == nil)
    }
}
