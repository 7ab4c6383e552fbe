import ChatCore
import NIOCore
import TestSupport
import Testing

@testable import ChatFleet
@testable import ChatNode
@testable import ChatRedis

/// Redis itself refuses the rooms that are at another server, whatever the node believes that asks.
@Suite(.patience) struct RedisListTests {
    private let user = User(id: UserID("u1"), name: .guest(UserID("u1")))

    private func draft(_ text: String, to room: RoomName) -> Draft {
        let tail = PublicationCodec.tail(sender: self.user, text: text, kind: .text, key: nil)
        return Draft(room: room, sender: self.user.id, key: nil, tail: tail)
    }

    private func send(_ text: String, to room: RoomName, _ broker: any Broker) async -> Result<Receipt, BrokerError> {
        await broker.publish([self.draft(text, to: room)])[0]
    }

    private func texts(_ room: RoomName, _ broker: any Broker) async throws -> [String?] {
        try await broker.log(room, after: 0, limit: 100).publications.map {
            try JSONValue($0.payload)["text"]?.string
        }
    }

    /// A room that goes from one server to another when the list changes, or stays.
    private func room(_ before: [String], _ after: [String], _ homes: (String, String)) throws -> RoomName {
        let (before, after) = (Rendezvous(before), Rendezvous(after))
        let name = (0...).lazy.map { "방-\($0)" }
            .first { before.homeName(of: $0) == homes.0 && after.homeName(of: $0) == homes.1 }
        return try RoomName(try #require(name))
    }

    private func with(_ broker: RedisBroker, _ body: (RedisBroker) async throws -> Void) async throws {
        let running = Task { try await broker.run() }
        defer { running.cancel() }
        try await body(broker)
        running.cancel()
        try? await running.value
    }

    @Test func `a server has the rooms that the hash gives it, by the same hash`() async throws {
        let names = ["a", "b:6379/0", "c"]
        try await RedisServerProcess.with { process in
            try await self.with(redisBroker(process, list: RedisServerList("b:6379/0", among: names))) { broker in
                _ = try await broker.lists(after: .raise)
                _ = try await broker.lists(after: .settle)
                let rooms = try (0..<200).map { try RoomName("대화방 \($0)".replacing(" ", with: "-")) }
                let results = await broker.publish(rooms.map { self.draft("x", to: $0) })
                for (room, result) in zip(rooms, results) {
                    let isHere = Rendezvous(names).homeName(of: room.rawValue) == "b:6379/0"
                    #expect(((try? result.get()) != nil) == isHere)
                }
            }
        }
    }

    @Test func `a room is at no server from the newer list until that holds, and then at the new one`() async throws {
        let (old, new) = (["a", "b"], ["a", "b", "c"])
        let (moves, stays) = (try self.room(old, new, ("a", "c")), try self.room(old, new, ("a", "a")))
        try await RedisServerProcess.with(2) { processes in
            let (late, next) = (
                try redisBroker(processes[0], list: RedisServerList("a", among: old)),
                try redisBroker(processes[0], list: RedisServerList("a", among: new))
            )
            try await self.with(late) { late in
                #expect(try await late.lists().newest == [])
                #expect(await self.send("too soon", to: stays, late).failure?.outcome == .notDone)
                _ = try await late.lists(after: .raise)
                _ = try await late.lists(after: .settle)
                for room in [moves, stays] { _ = try await self.send("one", to: room, late).get() }
                try await self.with(next) { next in
                    try await self.with(redisBroker(processes[1], list: RedisServerList("c", among: new))) { third in
                        _ = try await next.lists(after: .raise)
                        _ = try await third.lists(after: .raise)
                        for broker in [late, next, third] {
                            #expect(await self.send("nowhere", to: moves, broker).failure?.outcome == .notDone)
                        }
                        for broker in [late, next] { _ = try await self.send("two", to: stays, broker).get() }
                        for broker in [next, third] {
                            let lists = try await broker.lists(after: .settle)
                            #expect(lists.held == new && lists.newest == new && !lists.isOutdated)
                        }
                        #expect(try await late.lists(after: .raise).isOutdated)
                        #expect(try await late.lists(after: .settle).held == new)
                        #expect(await self.send("nowhere", to: moves, late).failure?.outcome == .notDone)
                        await #expect(throws: BrokerError.self) { try await late.log(moves, after: 0, limit: 10) }
                        await #expect(throws: BrokerError.self) {
                            try await late.enter(moves, self.user, holder: HolderID("h"))
                        }
                        _ = try await self.send("new", to: moves, third).get()
                        _ = try await self.send("three", to: stays, late).get()
                        #expect(try await self.texts(moves, third) == ["new"])
                        #expect(try await self.texts(stays, next) == ["one", "two", "two", "three"])
                    }
                }
            }
        }
    }

    @Test func `a room that comes back begins a new log`() async throws {
        let (first, second) = (["a", "b"], ["a", "c"])
        let moves = try self.room(first, second, ("b", "a"))
        let stays = try self.room(first, second, ("a", "a"))
        try await RedisServerProcess.with { process in
            var epochs: [Epoch] = []
            // A server that had all rooms gets another one beside it, and later a third one in place of that.
            try await self.with(redisBroker(process)) { alone in
                for room in [moves, stays] {
                    epochs.append(try await self.send("one", to: room, alone).get().position.epoch)
                }
            }
            try await self.with(redisBroker(process, list: RedisServerList("a", among: first))) { broker in
                try await eventually { try await !broker.lists(after: .raise).hasLoners }
                #expect(try await broker.lists(after: .settle) == .init(newest: first, held: first))
                #expect(try await self.texts(stays, broker) == ["one"])
                #expect(await self.send("nowhere", to: moves, broker).failure?.outcome == .notDone)
            }
            try await self.with(redisBroker(process, list: RedisServerList("a", among: second))) { broker in
                #expect(try await broker.lists(after: .raise).awaitsLeavers)
                _ = try await broker.lists(after: .left("b", by: second))
                _ = try await broker.lists(after: .settle)
                #expect(try await self.texts(moves, broker) == [])
                for text in ["two", "three"] {
                    #expect(try await self.send(text, to: moves, broker).get().position.epoch != epochs[0])
                }
                #expect(try await self.texts(moves, broker) == ["two", "three"])
                #expect(try await self.send("two", to: stays, broker).get().position.epoch == epochs[1])
                #expect(try await self.texts(stays, broker) == ["one", "two"])
            }
        }
    }

    @Test func `a server that a list leaves out refuses all rooms once it is told, and the list holds no earlier`()
        async throws
    {
        let (old, new) = (["a", "b", "c"], ["a", "b"])
        let moves = try self.room(old, new, ("c", "a"))
        try await RedisServerProcess.with(2) { processes in
            let former = ["a", "c"].enumerated().map { (processes[$0], RedisServerList($1, among: old)) }
            try await self.with(redisBroker(former[0].0, list: former[0].1)) { heir in
                try await self.with(redisBroker(former[1].0, list: former[1].1)) { leaver in
                    for broker in [heir, leaver] {
                        _ = try await broker.lists(after: .raise)
                        _ = try await broker.lists(after: .settle)
                    }
                    _ = try await self.send("one", to: moves, leaver).get()
                    // Nodes with the older list hear of a newer one at once.
                    let (news, heard) = AsyncStream<Void>.makeStream()
                    heir.watchLists { heard.yield() }
                    let next = try redisBroker(processes[0], list: RedisServerList("a", among: new))
                    try await self.with(next) { next in
                        _ = try await next.lists(after: .raise)
                        // Where nobody can tell a leaver, the list holds after five seconds, which a busy machine may need here.
                        try await next.delayNewestList(by: 3600)
                        for await _ in news { break }
                        #expect(try await next.lists().awaitsLeavers)
                        #expect(try await next.lists(after: .settle).held == old)
                        #expect(await self.send("nowhere", to: moves, next).failure?.outcome == .notDone)
                        #expect(try await leaver.lists(after: .follow(new)).newest == new)
                        #expect(await self.send("nowhere", to: moves, leaver).failure?.outcome == .notDone)
                        // Whoever is late does not make it the newest again.
                        #expect(try await leaver.lists(after: .raise).isOutdated)
                        // What is said of other servers, or of another list, does not count.
                        _ = try await heir.lists(after: .left("b", by: new))
                        _ = try await heir.lists(after: .left("c", by: old))
                        #expect(try await next.lists(after: .settle).held == old)
                        _ = try await heir.lists(after: .left("c", by: new))
                        #expect(try await next.lists(after: .settle).held == new)
                        #expect(try await self.send("two", to: moves, next).get().position.seq == 1)
                    }
                }
            }
        }
    }

    @Test func `a room of a server that leaves is at the next one when it is at the former no more`() async throws {
        let moves = try self.room(["a", "b", "c"], ["a", "b"], ("c", "a"))
        try await RedisServerProcess.with(3) { servers in
            let before = try redisFleet(["a": servers[0], "b": servers[1], "c": servers[2]])
            try await ChatFleetTests.with(before) { before in
                _ = try await self.send("one", to: moves, before).get()
                try await ChatFleetTests.with(try redisFleet(["a": servers[0], "b": servers[1]])) { after in
                    try await eventually { await self.send("two", to: moves, after).failure == nil }
                    // The server itself refuses it, whatever the node believes.
                    let former = before.servers[2].broker
                    #expect(await self.send("nowhere", to: moves, former).failure?.outcome == .notDone)
                    #expect(await self.send("nowhere", to: moves, before).failure?.outcome == .notDone)
                    #expect(try await Set(self.texts(moves, after)) == ["two"])
                }
            }
        }
    }

    @Test func `a list waits for nodes that know one server alone, which then find that they are late`() async throws {
        try await RedisServerProcess.with { process in
            let listed = try redisBroker(process, list: RedisServerList("a", among: ["a", "b"]))
            try await self.with(listed) { listed in
                try await self.with(redisBroker(process)) { alone in
                    try await alone.probe()
                    #expect(try await listed.lists(after: .raise).hasLoners)
                    let lists = try await listed.lists(after: .settle)
                    #expect(lists.newest == ["a", "b"] && lists.held == ["a"])
                }
                try await eventually { try await !listed.lists(after: .settle).hasLoners }
                #expect(try await listed.lists().held == ["a", "b"])
                let late = try redisBroker(process)
                let running = Task { try await late.run() }
                try await eventually { await late.refusal != nil }
                running.cancel()
                await #expect(throws: BrokerError.self) { try await running.value }
            }
        }
    }
}

extension Result {
    fileprivate var failure: Failure? {
        guard case .failure(let failure) = self else { return nil }
        return failure
    }
}

extension BrokerError {
    fileprivate var outcome: Outcome { self.code.outcome }
}

extension RedisBroker {
    /// Why it cannot use the server that it found at its start.
    fileprivate var refusal: BrokerError? { self.router.refusal }
}

extension RedisBroker.Lists {
    fileprivate init(newest: [String], held: [String]) {
        self.init(newest: newest, held: held, isOutdated: false, hasLoners: false, awaitsLeavers: false)
    }
}

extension RedisBroker {
    /// Has the newest list of the server come later than it did, and its time to hold without a word of its leavers as well.
    ///
    /// - Parameter seconds: How much later.
    /// - Throws: The error of Redis.
    fileprivate func delayNewestList(by seconds: Int) async throws {
        let script = #"""
            local lists = redis.call('HGET', KEYS[1], 'lists'):gsub('(%d+)( %- )', function(number, rest)
                return string.format('%d', number + ARGV[1]) .. rest
            end)
            return redis.call('HSET', KEYS[1], 'lists', lists)
            """#
        var command = RedisCommand()
        for argument in ["EVAL", script, "1", self.keys.layout, String(seconds)] { command.append(argument) }
        _ = try await self.router.perform(RedisRequest(keyless: command))
    }
}
