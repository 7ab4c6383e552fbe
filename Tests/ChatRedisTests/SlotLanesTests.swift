import NIOCore
import Testing

@testable import ChatRedis

@Suite("Requests of a slot that moves", .patience)
struct SlotLanesTests {
    private struct Request: LaneRequest, Equatable {
        var name: String
        var deadline = NIODeadline.uptimeNanoseconds(1_000_000_000)
        var byteCount = 10
    }

    private typealias Lanes = SlotLanes<Request>

    private var lanes = Lanes(limit: 4, byteLimit: 1000)
    private let slot: HashSlot
    private let other: HashSlot
    private let now = NIODeadline.uptimeNanoseconds(0)
    private let server = RedisURL.Address.host("10.0.0.2", port: 6379)

    init() throws {
        self.slot = try #require(HashSlot(7))
        self.other = try #require(HashSlot(8))
    }

    /// Submits a request that must be sent.
    private mutating func sent(_ name: String, to slot: HashSlot? = nil) throws -> Lanes.Ticket {
        guard case .send(let ticket) = self.lanes.submit(Request(name: name), to: slot ?? self.slot) else {
            throw NotSent()
        }
        return ticket
    }

    private struct NotSent: Error {}

    /// Submits a request that must wait.
    private mutating func held(_ name: String) throws {
        guard case .hold = self.lanes.submit(Request(name: name), to: self.slot) else { throw NotHeld() }
    }

    private struct NotHeld: Error {}

    private mutating func proceed(at time: NIODeadline? = nil) -> [Lanes.Departure] {
        self.lanes.proceed(self.slot, time ?? self.now)
    }

    private mutating func names(at time: NIODeadline? = nil) -> [String] { self.proceed(at: time).map(\.request.name) }

    private mutating func returns(_ ticket: Lanes.Ticket, _ name: String, _ reason: Lanes.Return) {
        self.lanes.returned(ticket, Request(name: name), reason, self.now)
    }

    @Test mutating func `requests go out as they come, whatever is not answered yet`() throws {
        let tickets = [try self.sent("a"), try self.sent("b"), try self.sent("c", to: self.other)]
        for ticket in tickets { #expect(self.lanes.answered(ticket).isEmpty) }
        #expect(self.names().isEmpty)
    }

    @Test mutating func `what was redirected goes first, and before whatever is newer`() throws {
        let (a, b, c) = (try self.sent("a"), try self.sent("b"), try self.sent("c"))
        #expect(self.lanes.answered(a).isEmpty)
        self.returns(b, "b", .moved)
        try self.held("d")
        // The last one is still with the former server.
        #expect(self.names().isEmpty)
        self.returns(c, "c", .moved)
        #expect(self.names() == ["b", "c", "d"])
        _ = try self.sent("e")
    }

    @Test mutating func `nothing goes to the new server before the former one has answered`() throws {
        let (a, b) = (try self.sent("a"), try self.sent("b"))
        self.lanes.moved(self.slot)
        try self.held("c")
        #expect(self.lanes.answered(a).isEmpty)
        #expect(self.names().isEmpty)
        // It was not sent yet.
        self.returns(b, "b", .withdrawn)
        #expect(self.names() == ["b", "c"])
    }

    @Test mutating func `a slot without requests moves without any wait`() throws {
        self.lanes.moved(self.slot)
        let a = try self.sent("a")
        #expect(self.lanes.answered(a).isEmpty)
        #expect(self.names().isEmpty)
        self.lanes.moved(self.slot)
        _ = try self.sent("b")
    }

    @Test mutating func `while a slot is being moved one request tries again, and the others wait for it`() throws {
        let (a, b) = (try self.sent("a"), try self.sent("b"))
        self.returns(a, "a", .wait)
        self.returns(b, "b", .wait)
        try self.held("c")
        #expect(self.names().isEmpty)
        #expect(self.lanes.pausing == [self.slot])
        let later = self.now + Lanes.pause
        let tries = self.proceed(at: later)
        #expect(tries.map(\.request.name) == ["a"])
        #expect(self.names(at: later).isEmpty)
        #expect(self.lanes.answered(tries[0].ticket).isEmpty)
        #expect(self.names(at: later) == ["b", "c"])
    }

    @Test mutating func `a request asks another server alone, and the next one its own again`() throws {
        let (a, b) = (try self.sent("a"), try self.sent("b"))
        self.returns(a, "a", .ask(self.server))
        self.returns(b, "b", .ask(self.server))
        try self.held("c")
        let first = self.proceed()
        #expect(first.map(\.request.name) == ["a"])
        #expect(first.map(\.asks) == [self.server])
        #expect(self.lanes.answered(first[0].ticket).isEmpty)
        let second = self.proceed()
        #expect(second.map(\.request.name) == ["b"])
        #expect(self.lanes.answered(second[0].ticket).isEmpty)
        let third = self.proceed()
        #expect(third.map(\.request.name) == ["c"])
        #expect(third.map(\.asks) == [nil])
    }

    @Test mutating func `servers that disagree are not asked without a pause`() throws {
        var ticket = try self.sent("a")
        for _ in 0..<Lanes.fewRedirections {
            self.returns(ticket, "a", .moved)
            let again = self.proceed()
            #expect(again.map(\.request.name) == ["a"])
            ticket = try #require(again.first).ticket
        }
        self.returns(ticket, "a", .moved)
        #expect(self.names().isEmpty)
        #expect(self.names(at: self.now + Lanes.pause) == ["a"])
    }

    @Test mutating func `a request that was overtaken fails, since the order cannot be kept`() throws {
        let (a, b) = (try self.sent("a"), try self.sent("b"))
        self.returns(a, "a", .wait)
        // The migration was given up in between.
        #expect(self.lanes.answered(b).map(\.name) == ["a"])
        #expect(self.names().isEmpty)
        _ = try self.sent("c")
    }

    @Test mutating func `what waits too long fails, and the rest goes on`() throws {
        let a = try self.sent("a")
        self.returns(a, "a", .waitLonger)
        try self.held("b")
        let deadline = NIODeadline.uptimeNanoseconds(1_000_000_000)
        #expect(self.lanes.expire(deadline - .nanoseconds(1)).isEmpty)
        #expect(self.lanes.expire(deadline).map(\.name) == ["a", "b"])
        #expect(self.lanes.pausing.isEmpty)
        _ = try self.sent("c")
    }

    @Test mutating func `what is held has a bound`() throws {
        let a = try self.sent("a")
        self.returns(a, "a", .wait)
        for name in ["b", "c", "d"] { try self.held(name) }
        guard case .refuse = self.lanes.submit(Request(name: "e"), to: self.slot) else {
            Issue.record("it is held")
            return
        }
        // Others are no worse off.
        _ = try self.sent("f", to: self.other)
    }

    @Test mutating func `an answer that nobody waits for changes nothing`() throws {
        let a = try self.sent("a")
        #expect(self.lanes.answered(a).isEmpty)
        #expect(self.lanes.answered(a).isEmpty)
        self.returns(a, "a", .moved)
        #expect(self.names().isEmpty)
    }
}
