import BrokerContract
import ChatCore
import NIOCore
import TestSupport
import Testing

@testable import ChatRedis

@Suite("Leases of holders", .patience)
struct LeaseTests {
    let room: RoomName
    let mina: User
    let juno: User
    let going = HolderID("going/i/0")
    let staying = HolderID("staying/i/0")
    let lives = HolderLives()

    init() throws {
        self.room = try RoomName("래블업")
        self.mina = User(id: UserID("u1"), name: try UserName("민아"))
        self.juno = User(id: UserID("u2"), name: try UserName("Juno"))
    }

    private func users(_ count: Int) throws -> [User] {
        try (0..<count).map { User(id: UserID("u\(10_000 + $0)"), name: try UserName("N\($0)")) }
    }

    /// Runs two nodes, which look at the leases when those who live have renewed theirs.
    ///
    /// - Parameters:
    ///   - headCheckInterval: How often each node looks at a room.
    ///   - body: What to do with them.
    /// - Throws: What the body throws.
    func withTwo(
        headCheckInterval: Duration = .milliseconds(500),
        _ body: (RedisBroker, RedisBroker) async throws -> Void
    ) async throws {
        try await RedisServerProcess.with { server in
            let configure: (inout RedisConfiguration) -> Void = {
                $0.headCheckInterval = headCheckInterval
                $0.mendDelay = .seconds(1)
            }
            try await withBroker(server, configure: configure) { first in
                try await withBroker(server, configure: configure) { second in
                    try await self.lives.lead([first, second]) { try await body(first, second) }
                }
            }
        }
    }

    /// Runs a node whose leases outlast the test.
    func withOne(_ body: (RedisBroker) async throws -> Void) async throws {
        try await RedisServerProcess.with { server in try await withBroker(server) { try await body($0) } }
    }

    /// Lets a holder live for as long as the body runs.
    func renewing(
        _ holder: HolderID,
        on broker: RedisBroker,
        _ body: () async throws -> Void
    ) async throws {
        await self.lives.begin(holder, on: broker)
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        await self.lives.end(holder)
        try result.get()
    }

    private func fill(_ room: RoomName, _ users: [User], _ holder: HolderID, on broker: RedisBroker) async throws {
        for start in stride(from: 0, to: users.count, by: 200) {
            let slice = Array(users[start..<min(start + 200, users.count)])
            let after = start == 0 ? nil : users[start - 1].id
            let part = HeldPart(room: room, told: 0, after: after, users: slice)
            _ = try await broker.restore(holder, [part])[0].get()
        }
    }

    @Test
    func `who was on a node that crashed leaves when its lease has ended, and nobody else does`() async throws {
        try await self.withTwo { first, second in
            let subscriber = CollectingSubscriber()
            _ = try await second.subscribe(self.room, subscriber)
            try await self.renewing(self.staying, on: second) {
                try await self.renewing(self.going, on: first) {
                    try await first.enter(self.room, self.mina, holder: self.going)
                    try await second.enter(self.room, self.juno, holder: self.staying)
                }
                let changes = try await subscriber.presence(3, in: self.room)
                let left = PresenceChange(room: self.room, user: self.mina, memberCount: 1, version: 3)
                #expect(changes[2].0 == left)
                #expect(changes[2].1 == Event.left(left).encoded())
                #expect(try await second.members(self.room, cursor: nil, limit: 10).members == [self.juno])
            }
            // Whoever was taken for dead and lives is told so, and goes on under another name.
            #expect(try await first.renew(self.going) == .lost)
            #expect(try await first.renew(self.going.successor) == .held)
        }
    }

    @Test
    func `the rooms of a dead node are swept, too, in which nobody is`() async throws {
        try await self.withTwo { first, second in
            let rooms = try (0..<100).map { try RoomName("r\($0)") }
            try await self.renewing(self.going, on: first) {
                for room in rooms { try await first.enter(room, self.mina, holder: self.going) }
            }
            for room in rooms {
                try await eventually { try await second.members(room, cursor: nil, limit: 1).count == 0 }
            }
        }
    }

    @Test
    func `five thousand members of a dead node leave a room, in pieces that hold nobody up`() async throws {
        try await self.withTwo { first, second in
            let subscriber = CollectingSubscriber()
            _ = try await second.subscribe(self.room, subscriber)
            try await self.renewing(self.staying, on: second) {
                try await second.enter(self.room, self.juno, holder: self.staying)
                try await self.renewing(self.going, on: first) {
                    try await self.fill(self.room, try self.users(5000), self.going, on: first)
                }
                let versions = try await subscriber.presence(10_001, in: self.room).map(\.0.version)
                let isCounted = versions == Array(1...10_001)
                #expect(isCounted)
                #expect(try await second.members(self.room, cursor: nil, limit: 10).members == [self.juno])
            }
        }
    }

    @Test
    func `who was on a node that goes away leaves soon, unless it has come back by then`() async throws {
        try await RedisServerProcess.with { server in
            // Leases that outlast the test: what is told is enough.
            try await withBroker(server) { first in
                try await withBroker(server) { second in
                    let subscriber = CollectingSubscriber()
                    _ = try await second.subscribe(self.room, subscriber)
                    let users = try self.users(1000)
                    try await self.fill(self.room, users, self.going, on: first)
                    try await second.enter(self.room, users[500], holder: self.staying)
                    try await first.release(self.going, after: .milliseconds(100))
                    let changes = try await subscriber.presence(1999, in: self.room).map(\.0)
                    #expect(changes.last?.version == 1999 && changes.last?.memberCount == 1)
                    #expect(try await second.members(self.room, cursor: nil, limit: 10).members == [users[500]])
                }
            }
        }
    }

    @Test
    func `one who comes back in time never left`() async throws {
        try await self.withTwo { first, second in
            let subscriber = CollectingSubscriber()
            _ = try await second.subscribe(self.room, subscriber)
            try await self.renewing(self.staying, on: second) {
                try await self.renewing(self.going, on: first) {
                    try await first.enter(self.room, self.mina, holder: self.going)
                    #expect(try await second.enter(self.room, self.mina, holder: self.staying) == 1)
                }
                // The dead one has been swept when its list is.
                let key = second.keys.rooms(of: self.going.rawValue)
                try await eventually { try await second.command("EXISTS", key).integer == 0 }
                try await second.enter(self.room, self.juno, holder: self.staying)
                let changes = try await subscriber.presence(2, in: self.room).map(\.0)
                #expect(changes.map(\.user) == [self.mina, self.juno])
            }
        }
    }

    /// What an evicting Redis, or somebody, may take away, one of them or all.
    private static let losses = [
        ["leases"], ["rooms"], ["held"], ["members"], ["names"], ["leases", "rooms"], ["held", "rooms", "leases"],
    ]

    @Test(arguments: losses)
    func `ghosts leave although Redis has lost what it knew of them`(lost: [String]) async throws {
        try await self.withTwo { first, second in
            try await self.renewing(self.staying, on: second) {
                let subscriber = CollectingSubscriber()
                _ = try await second.subscribe(self.room, subscriber)
                await self.lives.begin(self.going, on: first)
                try await second.enter(self.room, self.juno, holder: self.staying)
                try await first.enter(self.room, self.mina, holder: self.going)
                _ = try await subscriber.presence(2, in: self.room)
                // Nothing is left to be found by the first look at a new room.
                try await eventually { await second.hasComparedHolders(of: self.room) }
                try await self.lives.end(self.going) {
                    for key in lost {
                        let name =
                            switch key {
                            case "leases": second.keys.holders
                            case "rooms": second.keys.rooms(of: self.going.rawValue)
                            case "held": second.keys.held(self.room)
                            case "members": second.keys.members(self.room)
                            default: second.keys.names(self.room)
                            }
                        try await second.command("DEL", name)
                    }
                }
                let part = HeldPart(room: self.room, told: 2, users: [self.juno])
                try await eventually {
                    // What a shard does that is told of a loss.
                    _ = await second.restore(self.staying, [part])
                    let page = try await second.members(self.room, cursor: nil, limit: 10, told: 2)
                    return page.members == [self.juno] && page.count == 1 && page.isWhole
                }
            }
        }
    }

    @Test
    func `who leaves is gone although Redis has lost the list by user, and not before the last holder`() async throws {
        try await self.withTwo { first, second in
            let subscriber = CollectingSubscriber()
            _ = try await second.subscribe(self.room, subscriber)
            try await first.enter(self.room, self.mina, holder: self.going)
            try await second.enter(self.room, self.mina, holder: self.staying)
            try await second.command("DEL", second.keys.members(self.room))
            let names = second.keys.names(self.room)
            try await first.leave(self.room, self.mina.id, holder: self.going)
            #expect(try await second.command("HLEN", names).integer == 1)
            try await second.leave(self.room, self.mina.id, holder: self.staying)
            #expect(try await second.command("HLEN", names).integer == 0)
            let changes = try await subscriber.presence(2, in: self.room)
            #expect(changes.map(\.0.memberCount) == [1, 0])
        }
    }

    @Test
    func `who enters under a name that was swept already is swept again`() async throws {
        try await self.withTwo { first, second in
            _ = try await second.subscribe(self.room, CollectingSubscriber())
            try await self.renewing(self.staying, on: second) {
                try await second.enter(self.room, self.juno, holder: self.staying)
                try await first.enter(self.room, self.mina, holder: self.going)
                try await self.buried(self.going, on: second)
                // A node that stood still meanwhile goes on with what it was about to say.
                try await first.enter(self.room, self.mina, holder: self.going)
                #expect(try await first.renew(self.going) == .lost)
                try await eventually {
                    try await second.members(self.room, cursor: nil, limit: 10).members == [self.juno]
                }
            }
        }
    }

    @Test
    func `after a Redis of an earlier time, the dead leave and the lists are right`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server, configure: { $0.headCheckInterval = .seconds(30) }) { broker in
                let rooms = try ["a", "b", "c"].map { try RoomName($0) }
                let key = broker.keys.rooms(of: self.staying.rawValue)
                _ = try await broker.subscribe(rooms[1], CollectingSubscriber())
                // Then: somebody on another node in b, and this one in a and b.
                try await broker.command(
                    "EVAL",
                    Self.ghost,
                    "4",
                    broker.keys.members(rooms[1]),
                    broker.keys.held(rooms[1]),
                    broker.keys.names(rooms[1]),
                    broker.keys.meta(rooms[1])
                )
                for room in rooms[0...1] { try await broker.enter(room, self.juno, holder: self.staying) }
                try await broker.command("SAVE")
                // Now: this one in b and c, as many.
                try await broker.leave(rooms[0], self.juno.id, holder: self.staying)
                try await broker.enter(rooms[2], self.juno, holder: self.staying)
                try await eventually { await broker.hasComparedHolders(of: rooms[1]) }
                server.kill()
                try await server.start()
                try await self.lives.lead([broker]) {
                    try await self.renewing(self.staying, on: broker) {
                        try await eventually {
                            let listed = try await broker.command("SMEMBERS", key).array?.compactMap(\.string) ?? []
                            return listed.sorted() == [HolderRooms.mark, "b", "c"]
                        }
                        try await eventually {
                            try await broker.members(rooms[1], cursor: nil, limit: 10).members == [self.juno]
                        }
                    }
                }
            }
        }
    }

    /// A member of a node that nobody has heard of.
    private static let ghost = """
        redis.call('ZADD', KEYS[1], 0, 'u9\\0lost/i/0')
        redis.call('ZADD', KEYS[2], 0, 'lost/i/0\\0u9')
        redis.call('HSET', KEYS[3], 'u9', '{"id":"u9","name":"Ghost"}')
        redis.call('HINCRBY', KEYS[4], 'presence_version', 1)
        """

    @Test
    func `a list of rooms that Redis has lost is written again with the next renewal`() async throws {
        try await self.withOne { first in
            let rooms = try (0..<600).map { try RoomName("r\($0)") }
            for room in rooms { try await first.enter(room, self.mina, holder: self.going) }
            let key = first.keys.rooms(of: self.going.rawValue)
            try await first.command("DEL", key)
            #expect(try await first.renew(self.going) == .held)
            #expect(try await first.command("SCARD", key).integer == 601)
            for room in rooms.prefix(599) { try await first.leave(room, self.mina.id, holder: self.going) }
            // What is done beside the script is done once something later has been answered.
            try await first.probe()
            let listed = try await first.command("SMEMBERS", key).array?.compactMap(\.string) ?? []
            #expect(listed.sorted() == [HolderRooms.mark, "r599"])
        }
    }

    @Test
    func `a broker that has lost what it counted goes past what was told`() async throws {
        try await self.withOne { first in
            let second = first
            let subscriber = CollectingSubscriber()
            _ = try await second.subscribe(self.room, subscriber)
            for user in [self.mina, self.juno] { try await first.enter(self.room, user, holder: self.going) }
            _ = try await subscriber.presence(2, in: self.room)
            try await first.command("FLUSHALL")
            let page = try await first.members(self.room, cursor: nil, limit: 10, told: 2)
            #expect(page.version == 3 && page.count == 0 && !page.isWhole)
            try await subscriber.events {
                $0.events(in: self.room).contains { if case .presenceWasLost = $0 { true } else { false } }
            }
            let part = HeldPart(room: self.room, told: 7, users: [self.mina])
            #expect(try await first.restore(self.going, [part])[0].get().version == 9)
        }
    }

    @Test
    func `a list that lacks somebody whose name was lost is not whole, whoever has come since`() async throws {
        try await self.withOne { first in
            for user in [self.mina, self.juno] { try await first.enter(self.room, user, holder: self.going) }
            try await first.command("DEL", first.keys.names(self.room))
            let ada = User(id: UserID("u3"), name: try UserName("Ada"))
            try await first.enter(self.room, ada, holder: self.staying)
            let page = try await first.members(self.room, cursor: nil, limit: 10)
            #expect(page.members == [ada] && !page.isWhole)
        }
    }

    @Test
    func `numbers that go back on the channel are a loss, at once`() async throws {
        try await self.withOne { first in
            let second = first
            let subscriber = CollectingSubscriber()
            _ = try await second.subscribe(self.room, subscriber)
            for user in [self.mina, self.juno] { try await first.enter(self.room, user, holder: self.going) }
            try await first.command("HDEL", first.keys.meta(self.room), "presence_version")
            try await first.leave(self.room, self.mina.id, holder: self.going)
            try await subscriber.events {
                $0.events(in: self.room).contains { if case .presenceWasLost = $0 { true } else { false } }
            }
        }
    }
}

@Suite("Nodes of the layout before, on the same Redis", .patience)
struct OldLeaseTests {
    private let room: RoomName
    private let juno: User
    private let holder = HolderID("new/i/0")

    init() throws {
        self.room = try RoomName("래블업")
        self.juno = User(id: UserID("u2"), name: try UserName("Juno"))
    }

    /// Enters members as such a node does, in one script, with leases that end at a time of Redis' clock.
    private func enter(_ count: Int, until time: Int, on broker: RedisBroker) async throws {
        let (keys, room) = (broker.keys, self.room)
        let script = """
            for number = 1, ARGV[1] do
                local id = 'old' .. number
                redis.call('ZADD', KEYS[1], ARGV[2], id .. '\\0old-node/i/0')
                redis.call('ZADD', KEYS[2], 0, id .. '\\0old-node/i/0')
                redis.call('HSET', KEYS[3], id, '{"id":"' .. id .. '","name":"Old"}')
            end
            """
        let names = [keys.leases(room), keys.members(room), keys.names(room)]
        try await broker.command(["EVAL", script, "3"] + names + [String(count), String(time)])
    }

    @Test
    func `their members are listed beside the new ones, and swept when their own leases have ended`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server, configure: { $0.headCheckInterval = .milliseconds(400) }) { broker in
                let subscriber = CollectingSubscriber()
                _ = try await broker.subscribe(self.room, subscriber)
                try await self.enter(3, until: 1 << 50, on: broker)
                try await broker.enter(self.room, self.juno, holder: self.holder)
                let page = try await broker.members(self.room, cursor: nil, limit: 10)
                #expect(page.count == 4 && page.isWhole)
                // More than one script takes away.
                try await self.enter(450, until: 1, on: broker)
                let changes = try await subscriber.presence(451, in: self.room).map(\.0)
                #expect(changes.last?.memberCount == 1)
            }
        }
    }

    @Test
    func `what they let end is swept when they said, to the last`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                let subscriber = CollectingSubscriber()
                _ = try await broker.subscribe(self.room, subscriber)
                try await self.enter(450, until: 1, on: broker)
                let news = #"{"type":"leases_end","room":"래블업","after_ms":10}"#
                try await broker.command("PUBLISH", broker.keys.channel(self.room), news)
                let changes = try await subscriber.presence(450, in: self.room).map(\.0)
                #expect(changes.last?.memberCount == 0)
            }
        }
    }

    /// What such a node sweeps stands in the leases of single members alone, and what it lists in members and names.
    @Test
    func `to them, the members of a new node are members without a lease that could end`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                try await broker.enter(self.room, self.juno, holder: self.holder)
                let keys = broker.keys
                #expect(try await broker.command("EXISTS", keys.leases(self.room)).integer == 0)
                let members = try await broker.command("ZRANGE", keys.members(self.room), "0", "-1").array
                #expect(members?.compactMap(\.string) == ["u2\0new/i/0"])
                #expect(try await broker.command("HLEN", keys.names(self.room)).integer == 1)
                #expect(try await broker.command("TTL", keys.members(self.room)).integer == -1)
            }
        }
    }
}
