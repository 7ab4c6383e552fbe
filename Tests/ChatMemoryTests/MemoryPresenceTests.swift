import ChatCore
import NIOCore
import Testing
import TestSupport

@testable import ChatMemory

@Suite(.patience) struct MemoryPresenceTests {
    private let samples: Samples
    private let clock = ManualClock()
    private let broker: MemoryBroker
    private let first = HolderID("n1/i/0")
    private let second = HolderID("n1/i/1")

    init() throws {
        self.samples = try Samples()
        var limits = LogLimits()
        limits.sessions = .seconds(1000)
        let clock = self.clock
        self.broker = MemoryBroker(limits: limits) { clock.now }
    }

    @Test func `who comes, goes and changes is told once, in order`() async throws {
        let subscriber = RecordingSubscriber()
        let (lobby, mina, juno) = (self.samples.lobby, self.samples.mina, self.samples.juno)
        let renamed = User(id: mina.id, name: try UserName("Minna"))
        _ = try await self.broker.subscribe(lobby, subscriber)
        try await self.broker.enter(lobby, mina, holder: self.first)
        try await self.broker.enter(lobby, mina, holder: self.second)
        try await self.broker.enter(lobby, juno, holder: self.first)
        try await self.broker.rename(renamed, in: lobby)
        try await self.broker.rename(renamed, in: lobby)
        try await self.broker.leave(lobby, mina.id, holder: self.first)
        try await self.broker.leave(lobby, mina.id, holder: self.second)
        try await self.broker.leave(lobby, mina.id, holder: self.second)
        func change(_ user: User, _ count: Int, _ version: Int) -> PresenceChange {
            PresenceChange(room: lobby, user: user, memberCount: count, version: version)
        }
        let expected: [(PresenceChange, Event)] = [
            (change(mina, 1, 1), .joined(change(mina, 1, 1))), (change(juno, 2, 2), .joined(change(juno, 2, 2))),
            (change(renamed, 2, 3), .renamed(change(renamed, 2, 3), oldName: mina.name)),
            (change(renamed, 1, 4), .left(change(renamed, 1, 4))),
        ]
        let received = subscriber.presence(in: lobby)
        #expect(received.map(\.change) == expected.map(\.0))
        #expect(received.map(\.payload) == expected.map { $0.1.encoded() })
    }

    @Test func `members are listed in pages, by id`() async throws {
        for number in 1...5 {
            let user = User(id: UserID("u\(number)"), name: try UserName("N\(number)"))
            #expect(try await self.broker.enter(self.samples.lobby, user, holder: self.first) == number)
            let page = try await self.broker.members(self.samples.lobby, cursor: nil, limit: 3)
            #expect(page.count == number && page.version == number)
            #expect(page.members.count == min(number, 3))
            #expect(page.cursor == (number > 3 ? "u3" : nil))
        }
        let rest = try await self.broker.members(self.samples.lobby, cursor: "u3", limit: 3)
        #expect(rest.members.map(\.id.rawValue) == ["u4", "u5"])
    }

    @Test func `a room that nobody knows has no members`() async throws {
        let page = try await self.broker.members(self.samples.lobby, cursor: nil, limit: 9)
        #expect(page == MemberPage(members: [], count: 0, cursor: nil, version: 0))
        try await self.broker.leave(self.samples.lobby, self.samples.mina.id, holder: self.first)
        try await self.broker.rename(self.samples.mina, in: self.samples.lobby)
    }

    @Test func `a renewal changes nothing for those who are there`() async throws {
        let (lobby, mina, subscriber) = (self.samples.lobby, self.samples.mina, RecordingSubscriber())
        _ = try await self.broker.subscribe(lobby, subscriber)
        try await self.broker.enter(lobby, mina, holder: self.first)
        #expect(try await self.broker.renew(self.first) == .held)
        let page = try await self.broker.members(lobby, cursor: nil, limit: 9)
        #expect(page == MemberPage(members: [mina], count: 1, cursor: nil, version: 1))
        #expect(subscriber.presence(in: lobby).count == 1)
    }

    // MARK: Sessions

    @Test func `a session lives as long as it is used`() async throws {
        #expect(try await self.broker.session("hash") == nil)
        try await self.broker.saveSession("hash", self.samples.mina, isGuest: false)
        for _ in 0..<5 {
            self.clock.advance(by: .seconds(1000))
            self.broker.forget()
            #expect(try await self.broker.session("hash") == self.samples.mina)
        }
        self.clock.advance(by: .seconds(1001))
        #expect(try await self.broker.session("hash") == nil)
        self.broker.forget()
        #expect(try await self.broker.session("hash") == nil)
    }

    @Test func `a new name is in the session and told to the whole node`() async throws {
        let (subscriber, bystander) = (RecordingSubscriber(), RecordingSubscriber())
        self.broker.attach(subscriber)
        _ = try await self.broker.subscribe(self.samples.lobby, bystander)
        try await self.broker.saveSession("hash", self.samples.mina, isGuest: false)
        let renamed = User(id: self.samples.mina.id, name: self.samples.juno.name)
        try await self.broker.rename(renamed, session: "hash")
        try await self.broker.rename(self.samples.juno, session: "unknown")
        #expect(try await self.broker.session("hash") == renamed)
        #expect(try await self.broker.session("unknown") == nil)
        #expect(subscriber.renamed == [renamed, self.samples.juno])
        #expect(bystander.renamed.isEmpty)
    }

    @Test func `so many sessions are remembered and no more`() {
        var sessions = MemorySessions()
        for number in 0...MemorySessions.maximum { sessions.save("\(number)", self.samples.mina, now: 0) }
        let limits = LogLimits()
        #expect(sessions.use("0", now: 0, limits: limits) == nil)
        #expect(sessions.use("1", now: 0, limits: limits) == self.samples.mina)
        #expect(sessions.use("\(MemorySessions.maximum)", now: 0, limits: limits) == self.samples.mina)
        sessions.save("1", self.samples.juno, now: 0)
        #expect(sessions.use("1", now: 0, limits: limits) == self.samples.juno)
        #expect(sessions.use("2", now: 0, limits: limits) == self.samples.mina)
    }

    @Test func `it works as long as its process does`() async throws {
        await #expect(throws: Never.self) { try await self.broker.probe() }
    }
}
