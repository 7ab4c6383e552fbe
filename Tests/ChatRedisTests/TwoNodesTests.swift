import BrokerContract
import ChatCore
import NIOCore
import TestSupport
import Testing

@testable import ChatRedis

@Suite("Two nodes on one Redis", .patience)
struct TwoNodesTests {
    private let room: RoomName
    private let mina: User
    private let juno: User

    init() throws {
        self.room = try RoomName("래블업")
        self.mina = User(id: UserID("u1"), name: try UserName("민아"))
        self.juno = User(id: UserID("u2"), name: try UserName("Juno"))
    }

    private func drafts(_ range: Range<Int>, by user: User) -> [Draft] {
        range.map {
            let tail = PublicationCodec.tail(sender: user, text: "\($0)", kind: .text, key: nil)
            return Draft(room: self.room, sender: user.id, key: nil, tail: tail)
        }
    }

    /// Publishes 0 to 199.
    private func publishBatches(by user: User, on broker: RedisBroker) async throws {
        for start in stride(from: 0, to: 200, by: 10) {
            for result in await broker.publish(self.drafts(start..<start + 10, by: user)) { _ = try result.get() }
        }
    }

    private func holder(_ node: String) -> HolderID { HolderID(node: node, incarnation: "i", shard: 0) }

    /// Runs two brokers on one Redis; `configure` changes the first.
    private func withTwo(
        configure: (inout RedisConfiguration) -> Void = { _ in },
        _ body: (RedisBroker, RedisBroker) async throws -> Void
    ) async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server, configure: configure) { first in
                try await withBroker(server) { second in try await body(first, second) }
            }
        }
    }

    @Test
    func `members of both nodes see all messages in one order`() async throws {
        try await self.withTwo { first, second in
            let subscribers = [CollectingSubscriber(), CollectingSubscriber()]
            _ = try await first.subscribe(self.room, subscribers[0])
            _ = try await second.subscribe(self.room, subscribers[1])
            async let one: Void = self.publishBatches(by: self.mina, on: first)
            async let two: Void = self.publishBatches(by: self.juno, on: second)
            _ = try await (one, two)
            let seen = try await subscribers[0].publications(400, in: self.room)
            #expect(seen.map(\.position.seq) == Array(1...400))
            #expect(try await subscribers[1].publications(400, in: self.room) == seen)
            for user in [self.mina, self.juno] {
                let own = try seen.map { try JSONValue($0.payload) }
                    .filter { $0["from"]?["id"]?.string == user.id.rawValue }.compactMap { $0["text"]?.string }
                #expect(own == (0..<200).map { "\($0)" })
            }
        }
    }

    @Test
    func `a key is remembered by all nodes`() async throws {
        try await self.withTwo { first, second in
            var draft = self.drafts(0..<1, by: self.mina)[0]
            draft.key = try IdempotencyKey("k")
            let receipt = try #require(await first.publish([draft]).first).get()
            let again = try #require(await second.publish([draft]).first).get()
            #expect(again == Receipt(position: receipt.position, time: receipt.time, isDuplicate: true))
        }
    }

    @Test
    func `a user on two nodes is present once`() async throws {
        try await self.withTwo { first, second in
            let subscriber = CollectingSubscriber()
            _ = try await second.subscribe(self.room, subscriber)
            try await first.enter(self.room, self.mina, holder: self.holder("a"))
            #expect(try await second.enter(self.room, self.mina, holder: self.holder("b")) == 1)
            #expect(try await second.members(self.room, cursor: nil, limit: 10).count == 1)
            try await first.leave(self.room, self.mina.id, holder: self.holder("a"))
            #expect(try await first.members(self.room, cursor: nil, limit: 10).members == [self.mina])
            try await second.leave(self.room, self.mina.id, holder: self.holder("b"))
            let changes = try await subscriber.presence(2, in: self.room).map(\.0)
            #expect(changes.map(\.memberCount) == [1, 0])
        }
    }

    @Test
    func `a new name is known to all nodes`() async throws {
        try await self.withTwo { first, second in
            let subscriber = CollectingSubscriber()
            second.attach(subscriber)
            try await second.probe()
            try await first.saveSession("hash", self.mina, isGuest: false)
            let renamed = User(id: self.mina.id, name: try UserName("미나"))
            try await first.rename(renamed, session: "hash")
            try await subscriber.events { $0.renamed == [renamed] }
            #expect(try await second.session("hash") == renamed)
        }
    }

    @Test
    func `a room is listed by a node that has nothing to do with it`() async throws {
        try await self.withTwo { first, second in
            for result in await first.publish(self.drafts(0..<3, by: self.mina)) { _ = try result.get() }
            // What a node notes beside the script is there once it has been answered something later.
            try await first.probe()
            #expect(try await second.rooms(after: nil, limit: 10).rooms.map(\.seq) == [3])
            #expect(try await second.rooms(after: nil, limit: 10).cursor == nil)
        }
    }
}

@Suite("What other programs publish", .patience)
struct ForeignPayloadTests {
    private let room: RoomName

    init() throws { self.room = try RoomName("래블업") }

    /// What a script publishes, with numbers that none would.
    private func joined(count: Int, version: Int) -> String {
        let user = #"{"id":"u1","name":"a"}"#
        return
            #"{"type":"joined","room":"래블업","user":\#(user),"member_count":\#(count),"presence_version":\#(version)}"#
    }

    @Test
    func `text and JSON of other programs become messages, the rest is dropped and counted`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                let subscriber = CollectingSubscriber()
                let head = try await broker.subscribe(self.room, subscriber)
                let dropped = [
                    "{}", "{", #"{"text":1}"#, #"{"text":"  "}"#, #"{"text":"a","name":""}"#, "", "  ",
                    #"{"type":"message"}"#, #"{"type":"shutdown"}"#, #"{"type":"joined","room":"래블업"}"#,
                    String(repeating: "x", count: 8193),
                    self.joined(count: .min, version: 1), self.joined(count: 1, version: .max),
                    self.joined(count: -1, version: 1), self.joined(count: 1, version: 0),
                ]
                for payload in dropped { try await broker.command("PUBLISH", "chat:{래블업}", payload) }
                try await broker.command("PUBLISH", "chat:{래블업}", #"{"text":"hi","name":"ops"}"#)
                try await broker.command("PUBLISH", "chat:{래블업}", "안녕\u{7} \"x\"")
                let events = try await subscriber.events { $0.foreign(in: self.room).count == 2 }
                #expect(events.count == 2)
                let messages = try events.foreign(in: self.room).map { try JSONValue($0) }
                #expect(messages.map { $0["text"]?.string } == ["hi", "안녕 \"x\""])
                #expect(messages.map { $0["from"]?["name"]?.string } == ["ops", "redis"])
                for message in messages {
                    #expect(message["type"] == .string("message"))
                    #expect(message["room"] == .string("래블업"))
                    #expect(message["from"]?["id"] == .string("redis"))
                    #expect(message["seq"] == nil && message["epoch"] == nil && message["key"] == nil)
                    #expect((message["time"]?.integer ?? 0) > 1_500_000_000_000)
                }
                #expect(await broker.counters.invalidPayloads == dropped.count)
                #expect(try await broker.subscribe(self.room, subscriber) == head)
            }
        }
    }

    @Test
    func `a message that no log has is dropped and moves no position`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                let subscriber = CollectingSubscriber()
                let head = try await broker.subscribe(self.room, subscriber)
                let mina = User(id: UserID("u1"), name: try UserName("민아"))
                let tail = PublicationCodec.tail(sender: mina, text: "x", kind: .text, key: nil)
                let forged = PublicationCodec.assemble(
                    prefix: PublicationCodec.prefix(self.room),
                    position: LogPosition(epoch: head.epoch, seq: 7),
                    time: 1,
                    tail: tail
                )
                try await broker.command("PUBLISH", "chat:{래블업}", String(buffer: forged))
                let draft = Draft(room: self.room, sender: mina.id, key: nil, tail: tail)
                for _ in 0..<3 { _ = await broker.publish([draft]) }
                let received = try await subscriber.publications(3, in: self.room)
                #expect(received.map(\.position.seq) == [1, 2, 3])
                // The log is read when the forged one comes; what is asked for later is answered later.
                _ = try await broker.log(self.room, after: 0, limit: 1)
                #expect(subscriber.events.count == 3)
                #expect(await broker.counters.unloggedPublications == 1)
            }
        }
    }
}
