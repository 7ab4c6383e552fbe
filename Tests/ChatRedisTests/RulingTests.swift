import BrokerContract
import ChatCore
import TestSupport
import Testing

@testable import ChatRedis

/// Rulings over several nodes, and over what can happen to a Redis.
@Suite("Rulings on Redis", .patience)
struct RulingTests {
    private static func ban(_ user: String, until: Int? = nil) -> Ruling {
        Ruling(.ban(.user(UserID(user)), room: nil), issuedAt: 1, expiresAt: until, reason: "광고")
    }

    /// Runs two brokers on one Redis.
    private func withTwo(_ body: (RedisBroker, RedisBroker) async throws -> Void) async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { first in
                try await withBroker(server) { second in try await body(first, second) }
            }
        }
    }

    @Test func `a change at one node is news at the other`() async throws {
        try await self.withTwo { first, second in
            let subscriber = CollectingSubscriber()
            second.attach(subscriber)
            try await second.probe()
            let ruling = Self.ban("u1")
            try await first.put(ruling)
            try await subscriber.events {
                $0.rulingNews.contains { if case .put(ruling, _) = $0 { true } else { false } }
            }
            #expect(try await first.lift(ruling.id) == ruling)
            try await subscriber.events {
                $0.rulingNews.contains { if case .lifted(ruling.id, _) = $0 { true } else { false } }
            }
        }
    }

    @Test func `news that was lost is found by the next look at the version`() async throws {
        try await self.withTwo { first, second in
            let subscriber = CollectingSubscriber()
            second.attach(subscriber)
            try await second.probe()
            _ = try await second.rulings(known: nil)
            // As if another node had changed it and its publication had been lost.
            try await first.put(Self.ban("u1"))
            _ = try await subscriber.events { !$0.rulingNews.filter { $0 != .doubtful }.isEmpty }
            let before = subscriber.events.count
            try await first.command("HSET", "chat:rulings", "version", "otherlist0000-7")
            try await subscriber.events {
                $0.dropFirst(before).contains { if case .rulings(.doubtful) = $0 { true } else { false } }
            }
        }
    }

    @Test func `rulings outlive a restart of Redis and of every node`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                try await broker.put(Self.ban("u1"))
                try await broker.record(AuditEntry(time: 1, issuer: "admin", verb: "ban", target: "u1"))
                try await broker.command("SAVE")
            }
            server.kill()
            try await server.start()
            try await withBroker(server) { broker in
                let (list, page) = (
                    try await broker.rulings(known: nil), try await broker.audit(before: nil, limit: 10)
                )
                #expect(list.rulings == [Self.ban("u1")] && page.entries.map(\.target) == ["u1"])
            }
        }
    }

    @Test func `a node writes back what an emptied Redis has lost, once`() async throws {
        try await self.withTwo { first, second in
            for user in ["u1", "u2"] { try await first.put(Self.ban(user)) }
            let kick = Ruling(.kick(UserID("u3"), room: try RoomName("lobby")), issuedAt: 1, expiresAt: 1 << 50)
            try await first.put(kick)
            let known = try await first.rulings(known: nil)
            // A connection that is made after it finds no run, and gives the data another.
            for node in [first, second] { try await node.probe() }
            try await first.command("FLUSHALL")
            // A ban that was made since is not lost either.
            try await second.put(Self.ban("u4"))
            let list = try await first.rulings(known: known)
            #expect(Set(list.rulings.map(\.id)) == Set(["u1", "u2", "u4"].map { Self.ban($0).id }))
            #expect(list.version.list != known.version.list)
            let again = try await second.rulings(known: known)
            #expect(again == list)
            // What is lifted after that stays lifted, for a node that knows the new list.
            _ = try await second.lift(Self.ban("u1").id)
            #expect(try await first.rulings(known: list).rulings.count == 2)
        }
    }

    @Test func `a node writes back what a Redis has lost that came back with older rulings`() async throws {
        try await self.withTwo { first, second in
            try await first.put(Self.ban("u1"))
            let version = try await first.command("HGET", "chat:rulings", "version")
            let kept = try #require(version.string)
            try await first.put(Self.ban("u2"))
            let known = try await first.rulings(known: nil)
            // As another run of Redis comes back without the last change.
            try await first.command("HDEL", "chat:rulings", Self.ban("u2").id.rawValue)
            try await first.command("HSET", "chat:rulings", "version", kept, "run", "another")
            // The number of the change that was lost is given out again.
            try await second.put(Self.ban("u3"))
            let list = try await first.rulings(known: known)
            #expect(Set(list.rulings.map(\.id)) == Set(["u1", "u2", "u3"].map { Self.ban($0).id }))
            #expect(list.version.list != known.version.list)
        }
    }

    @Test func `rulings that have ended make space, and their number is bounded`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                for start in stride(from: 0, to: Rulings.maximum, by: 500) {
                    var command = ["HSET", "chat:rulings"]
                    for number in start..<(start + 500) {
                        let ruling = Self.ban("u\(number)", until: number == 7 ? 2 : nil)
                        command += [ruling.id.rawValue, "\(ruling.expiresAt ?? 0) \(ruling.json)"]
                    }
                    try await broker.command(command)
                }
                try await broker.command("HSET", "chat:rulings", "version", "listlistlist-1")
                try await broker.put(Self.ban("new"))
                do throws(BrokerError) {
                    try await broker.put(Self.ban("newer"))
                    Issue.record("there was space")
                } catch {
                    #expect(error.code == .rulingsFull)
                }
                // One that takes the place of another needs no space.
                try await broker.put(Self.ban("new", until: 1 << 50))
            }
        }
    }

    @Test func `what another program wrote among the rulings is passed over`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                try await broker.put(Self.ban("u1"))
                try await broker.command("HSET", "chat:rulings", "x", "nonsense", "y", "0 {}", "version", "nonsense")
                let list = try await broker.rulings(known: nil)
                #expect(list.rulings == [Self.ban("u1")] && list.version == .none)
                try await broker.put(Self.ban("u2"))
                #expect(try await broker.rulings(known: nil).rulings.count == 2)
            }
        }
    }

    @Test func `a room is cleared on every node, though its log is just being read`() async throws {
        try await self.withTwo { first, second in
            let (room, user) = (try RoomName("래블업"), User(id: UserID("u1"), name: try UserName("민아")))
            let subscribers = (CollectingSubscriber(), CollectingSubscriber())
            _ = try await first.subscribe(room, subscribers.0)
            _ = try await second.subscribe(room, subscribers.1)
            for round in 1...5 {
                let tail = PublicationCodec.tail(sender: user, text: "secret", kind: .text, key: nil)
                for result in await first.publish([Draft(room: room, sender: user.id, key: nil, tail: tail)]) {
                    _ = try result.get()
                }
                try await second.clear(room)
                for subscriber in [subscribers.0, subscribers.1] {
                    try await subscriber.events { $0.resets(in: room).count >= round }
                }
            }
            let dump = try await first.command("DUMP", "chat:{래블업}:log")
            #expect(dump == .null)
        }
    }
}
