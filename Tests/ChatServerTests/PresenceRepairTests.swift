import ChatCore
import NIOCore
import Testing

@testable import ChatNode

@Suite("Presence that was lost on its way", .patience)
struct PresenceRepairTests {
    private let broker = LossyBroker()
    private let room: RoomName
    private let elsewhere = HolderID("another node")

    init() throws { self.room = try RoomName("lobby") }

    private func user(_ name: String) throws -> User { User(id: UserID("u-" + name), name: try UserName(name)) }

    private func enter(_ name: String) async throws {
        _ = try await self.broker.enter(self.room, self.user(name), holder: self.elsewhere)
    }

    private func leave(_ name: String) async throws {
        try await self.broker.leave(self.room, self.user(name).id, holder: self.elsewhere)
    }

    /// Runs a server with a member in the room.
    private func withMember(
        _ settings: [String: String] = [:],
        _ body: (inout TestClient) async throws -> Void
    ) async throws {
        try await TestServer.with(settings, broker: self.broker) { server in
            try await server.withClient("/ws?room=lobby&name=Mina") { mina in
                #expect(try await mina.next("ok")["presence_version"]?.integer == 1)
                try await body(&mina)
            }
        }
    }

    private func name(_ event: JSONValue) -> String? { event["user"]?["name"]?.string }

    @Test func `a hole is filled by the difference, by one look for many holes`() async throws {
        try await self.withMember { mina in
            try await self.enter("a")
            #expect(try await self.name(mina.joined(after: 1)) == "a")
            let before = self.broker.lists
            self.broker.isLossy = true
            try await self.leave("a")
            try await self.enter("b")
            self.broker.isLossy = false
            try await self.enter("c")
            let left = try await mina.next("left")
            #expect(self.name(left) == "a" && left["presence_version"]?.integer == 3)
            #expect(try await self.name(mina.joined(after: 3)) == "b")
            #expect(try await mina.joined(after: 4)["presence_version"]?.integer == 5)
            #expect(self.broker.lists == before + 1)
        }
    }

    @Test func `who was missed comes when the broker is back`() async throws {
        try await self.withMember { mina in
            self.broker.tell([.status(.degraded, detail: "away")])
            self.broker.isLossy = true
            try await self.enter("a")
            try await self.enter("b")
            self.broker.isLossy = false
            self.broker.tell([.status(.ok, detail: "back")])
            #expect(try await self.name(mina.joined(after: 1)) == "a")
            #expect(try await self.name(mina.joined(after: 2)) == "b")
        }
    }

    @Test func `who was missed comes when the broker says that there were more changes`() async throws {
        try await self.withMember { mina in
            self.broker.isLossy = true
            try await self.enter("a")
            self.broker.tell([.room(self.room, .presenceIsBehind(version: 2))])
            #expect(try await self.name(mina.joined(after: 1)) == "a")
        }
    }

    @Test func `a broker that has lost who is here is told, and nobody is told to have left`() async throws {
        try await self.withMember { mina in
            let page = try await self.broker.members(self.room, cursor: nil, limit: 9)
            let user = try #require(page.members.first)
            // Whoever holds the member is the shard, whose name only it knows: to the broker, nobody is here.
            self.broker.isLossy = true
            try await self.broker.forget(user, in: self.room)
            self.broker.isLossy = false
            self.broker.tell([.room(self.room, .presenceWasLost)])
            #expect(try await mina.next("presence")["member_count"]?.integer == 1)
            #expect(try await self.broker.members(self.room, cursor: nil, limit: 9).members == [user])
        }
    }

    @Test func `a broker that may have lost who is here is told when it is back`() async throws {
        try await self.withMember { mina in
            let page = try await self.broker.members(self.room, cursor: nil, limit: 9)
            let user = try #require(page.members.first)
            self.broker.tell([.status(.degraded, detail: "away")])
            self.broker.isLossy = true
            try await self.broker.forget(user, in: self.room)
            self.broker.isLossy = false
            self.broker.tell([.presenceIsDoubtful(of: .all), .status(.ok, detail: "back")])
            #expect(try await mina.next("presence")["member_count"]?.integer == 1)
            #expect(try await self.broker.members(self.room, cursor: nil, limit: 9).members == [user])
        }
    }

    @Test func `who was taken for dead meanwhile enters everybody under another name, and nobody under the old one`()
        async throws
    {
        try await self.withMember { mina in
            self.broker.tell([.status(.degraded, detail: "away")])
            self.broker.bury()
            let dead = try #require(self.broker.dead)
            self.broker.isLossy = true
            try await self.broker.forget(
                self.broker.members(self.room, cursor: nil, limit: 9).members[0],
                in: self.room
            )
            self.broker.isLossy = false
            self.broker.tell([.presenceIsDoubtful(of: .all), .status(.ok, detail: "back")])
            #expect(try await mina.next("presence")["member_count"]?.integer == 1)
            #expect(self.broker.restorers == [dead.successor])
        }
    }

    @Test func `what the shard's inbox had no room for is looked up`() async throws {
        try await self.withMember(["threads": "1"]) { mina in
            self.broker.isLossy = true
            try await self.enter("a")
            // In a room that nobody here is in, so that no member is kept busy by it.
            let flood = BrokerEvent.room(try RoomName("elsewhere"), .foreign(ByteBuffer()))
            let status = BrokerEvent.status(.degraded, detail: "too much")
            self.broker.tell(Array(repeating: flood, count: EventInbox.maximumEvents) + [status, flood])
            let event = try await mina.next("status")
            #expect(event["detail"]?.string == "too much")
            #expect(try await self.name(mina.joined(after: 1)) == "a")
        }
    }

    @Test func `a name that was changed elsewhere meanwhile is looked up when the broker is back`() async throws {
        try await TestServer.with(broker: self.broker) { server in
            try await server.withClient { mina in
                let welcome = try await mina.call(1, #"{"type":"hello","name":"Mina"}"#)
                _ = try await mina.call(2, #"{"type":"join","room":"lobby"}"#)
                let secret = try #require(welcome["session"]?.string.flatMap { SessionSecret($0) })
                let id = UserID(try #require(welcome["user"]?["id"]?.string))
                self.broker.isLossy = true
                try await self.broker.rename(User(id: id, name: try UserName("미나")), session: secret.hash)
                self.broker.isLossy = false
                self.broker.tell([.status(.ok, detail: "back")])
                let renamed = try await mina.next("renamed")
                #expect(self.name(renamed) == "미나" && renamed["old_name"]?.string == "Mina")
                try await mina.send(#"{"type":"send","room":"lobby","text":"x"}"#)
                #expect(try await mina.next("message")["from"]?["name"]?.string == "미나")
            }
        }
    }

    @Test func `a name that comes while users are looked up is not undone by what was read before`() async throws {
        try await TestServer.with(broker: self.broker) { server in
            try await server.withClient { mina in
                let welcome = try await mina.call(1, #"{"type":"hello","name":"Mina"}"#)
                _ = try await mina.call(2, #"{"type":"join","room":"lobby"}"#)
                let hash = try #require(welcome["session"]?.string.flatMap { SessionSecret($0) }).hash
                let id = UserID(try #require(welcome["user"]?["id"]?.string))
                let (broker, user) = (self.broker, User(id: id, name: try UserName("미나")))
                broker.meanwhile {
                    try? await broker.rename(user, session: hash)
                    await Task.yield()
                }
                broker.tell([.status(.ok, detail: "back")])
                #expect(try await self.name(mina.next("renamed")) == "미나")
                // The look-up has ended when the next one has.
                let looked = AsyncStream<Void>.makeStream()
                broker.meanwhile { looked.continuation.finish() }
                broker.tell([.status(.ok, detail: "back")])
                for await _ in looked.stream {}
                try await mina.send(#"{"type":"send","room":"lobby","text":"x"}"#)
                #expect(try await mina.next("message")["from"]?["name"]?.string == "미나")
            }
        }
    }

    @Test func `a user is looked up once, in however many windows, and that is no use of the session`() async throws {
        let broker = CountingBroker(self.broker)
        try await TestServer.with(["threads": "1"], broker: broker) { server in
            try await server.withClient { first in
                let welcome = try await first.call(1, #"{"type":"hello","name":"Mina"}"#)
                let session = try #require(welcome["session"]?.string)
                _ = try await first.call(2, #"{"type":"join","room":"lobby"}"#)
                try await server.withClient { second in
                    _ = try await second.call(1, #"{"type":"hello","session":"\#(session)"}"#)
                    let id = UserID(try #require(welcome["user"]?["id"]?.string))
                    let hash = try #require(SessionSecret(session)).hash
                    self.broker.isLossy = true
                    try await self.broker.rename(User(id: id, name: try UserName("미나")), session: hash)
                    self.broker.isLossy = false
                    let lookups = broker.lookups
                    self.broker.tell([.status(.ok, detail: "back")])
                    #expect(try await self.name(first.next("renamed")) == "미나")
                    #expect(broker.names == 1 && broker.lookups == lookups)
                }
            }
        }
    }

    @Test func `a session that is opened while its user gets another name has that name`() async throws {
        try await TestServer.with(broker: self.broker) { server in
            try await server.withClient { first in
                let welcome = try await first.call(1, #"{"type":"hello","name":"Mina"}"#)
                let session = try #require(welcome["session"]?.string)
                let hash = try #require(SessionSecret(session)).hash
                let user = User(id: UserID(try #require(welcome["user"]?["id"]?.string)), name: try UserName("미나"))
                let broker = self.broker
                broker.meanwhile {
                    try? await broker.rename(user, session: hash)
                    // The shard takes the news before it goes on with the session, as if that came from afar.
                    await Task.yield()
                }
                try await server.withClient { second in
                    let again = try await second.call(1, #"{"type":"hello","session":"\#(session)"}"#)
                    #expect(again["resumed"]?.bool == true)
                    #expect(self.name(again) == "미나")
                }
            }
        }
    }

    @Test func `a large room is told how many it is`() async throws {
        try await self.withMember(["limits.members": "2"]) { mina in
            for name in ["a", "b", "c"] { try await self.enter(name) }
            while try await mina.next("presence")["member_count"]?.integer != 4 {}
            self.broker.isLossy = true
            try await self.enter("d")
            self.broker.isLossy = false
            self.broker.tell([.status(.ok, detail: "back")])
            #expect(try await mina.next("presence")["member_count"]?.integer == 5)
        }
    }
}
