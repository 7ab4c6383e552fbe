import BrokerContract
import ChatCore
import NIOCore
import TestSupport
import Testing

@testable import ChatRedis

/// Nodes on real Clusters of three primaries, whose slots move.
@Suite("Clusters", .patience)
struct ClusterTests {
    private let room: RoomName
    private let mina: User

    init() throws {
        self.room = try RoomName("래블업")
        self.mina = User(id: UserID("u1"), name: try UserName("민아"))
    }

    private var slot: HashSlot { HashSlot(of: "{\(self.room.rawValue)}") }

    private func draft(_ key: String, in room: RoomName? = nil) throws -> Draft {
        let key = try IdempotencyKey(key)
        let tail = PublicationCodec.tail(sender: self.mina, text: "안녕", kind: .text, key: key)
        return Draft(room: room ?? self.room, sender: self.mina.id, key: key, tail: tail)
    }

    /// Sends a message again, with its key, until it is stored.
    @discardableResult
    private func publish(_ key: String, in room: RoomName? = nil, _ broker: RedisBroker) async throws -> Receipt {
        var receipt: Receipt?
        try await eventually {
            receipt = try? await broker.publish([try self.draft(key, in: room)]).first?.get()
            return receipt != nil
        }
        return try #require(receipt)
    }

    private func withNode(
        _ group: ClusterGroup,
        log: RecordedLog? = nil,
        configure: (inout RedisConfiguration) -> Void = { _ in },
        _ body: (RedisBroker) async throws -> Void
    ) async throws {
        let url = try RedisURL(group.url)
        let change = { (configuration: inout RedisConfiguration) in
            configuration.url = url
            configuration.sentinelInterval = .milliseconds(100)
            // Far longer than the test may take: no look at a room may make anything good.
            configuration.headCheckInterval = .seconds(3600)
            configure(&configuration)
        }
        try await withBroker(group.primaries[0], log: log, configure: change, body)
    }

    /// A replica must confirm, and that nobody does is found out soon.
    private static func confirming(_ configuration: inout RedisConfiguration) {
        configuration.replicas = 1
        configuration.replicaTimeout = .milliseconds(500)
    }

    private func resets(_ subscriber: CollectingSubscriber) -> [RoomEvent] {
        subscriber.events.events(in: self.room).filter {
            switch $0 {
            case .reset, .gap: true
            default: false
            }
        }
    }

    @Test func `a slot moves while people talk, and nothing is lost, doubled or begun anew`() async throws {
        try await ClusterGroup.with(spare: true) { group in
            try await self.withNode(group) { first in
                try await self.withNode(group) { second in
                    let subscribers = [CollectingSubscriber(), CollectingSubscriber()]
                    _ = try await first.subscribe(self.room, subscribers[0])
                    _ = try await second.subscribe(self.room, subscribers[1])
                    let holder = HolderID(node: "n", incarnation: "i", shard: 0)
                    _ = try await first.enter(self.room, self.mina, holder: holder)
                    let talk = { @Sendable (broker: RedisBroker, name: String) in
                        // The messages of one sender keep their order, though many are under way.
                        try await withThrowingTaskGroup(of: Void.self) { sends in
                            for number in 1...300 {
                                let draft = try self.draft("\(name)\(number)")
                                sends.addTask { _ = try await broker.publish([draft])[0].get() }
                                if number.isMultiple(of: 10) { try await sends.next() }
                            }
                            try await sends.waitForAll()
                        }
                    }
                    try await withThrowingTaskGroup(of: Void.self) { tasks in
                        tasks.addTask { try await talk(first, "a") }
                        tasks.addTask { try await talk(second, "b") }
                        tasks.addTask {
                            // The last of them has no slot before.
                            for target in [0, 1, 2, 3, 1].map({ group.primaries[$0] }) {
                                let source = try await group.primary(of: self.room)
                                if source !== target { try await group.move(self.slot, from: source, to: target) }
                            }
                        }
                        try await tasks.waitForAll()
                    }
                    for subscriber in subscribers {
                        let seqs = try await subscriber.publications(600, in: self.room).map(\.position.seq)
                        #expect(seqs == Array(1...600))
                        #expect(self.resets(subscriber).isEmpty)
                    }
                    // Subscriptions have moved as well: what is published now comes.
                    try await self.publish("c", second)
                    let last = try await subscribers[0].publications(601, in: self.room).last
                    #expect(last?.position.seq == 601)
                    let juno = User(id: UserID("u2"), name: try UserName("Juno"))
                    _ = try await second.enter(self.room, juno, holder: holder)
                    try await subscribers[0].events { $0.presence(in: self.room).contains { $0.0.memberCount == 2 } }
                    #expect(try await first.members(self.room, cursor: nil, limit: 10, told: 0).members.count == 2)
                }
            }
        }
    }

    @Test func `while a slot is half moved its single keys are used where they are, and its rooms wait`() async throws {
        try await ClusterGroup.with { group in
            let change = { (configuration: inout RedisConfiguration) in configuration.patience = .seconds(1) }
            try await self.withNode(group, configure: change) { broker in
                // Sessions whose keys are in the slot of the room.
                let hashes = ["a", "b"].map { "\($0){\(self.room.rawValue)}" }
                let save = { (hash: String) in
                    try await eventually {
                        (try? await broker.saveSession(hash, self.mina, isGuest: false)) != nil
                    }
                }
                try await save(hashes[0])
                try await self.publish("a", broker)
                let source = try await group.primary(of: self.room)
                let target = try #require(group.primaries.first { $0 !== source })
                try await group.beginMoving(self.slot, from: source, to: target)
                let key = "chat:session:\(hashes[0])"
                try await source.operate(["MIGRATE", "127.0.0.1", "\(target.port)", key, "0", "60000"])
                // One has moved, and one is new.
                try await save(hashes[1])
                for hash in hashes { try await eventually { (try? await broker.session(hash)) == self.mina } }
                try await eventually {
                    guard case .failure(let error) = await broker.publish([try self.draft("b")]).first else {
                        Issue.record("a room of which a half is elsewhere was used")
                        return true
                    }
                    return error.reason == BrokerError.isMoving.reason
                }
                try await group.finishMoving(self.slot, from: source, to: target)
                #expect(try await self.publish("b", broker).position.seq == 2)
                try await eventually {
                    (try? await broker.log(self.room, after: 0, limit: 10).publications.count) == 2
                }
                for hash in hashes { try await eventually { (try? await broker.session(hash)) == self.mina } }
            }
        }
    }

    @Test func `when a primary dies its replica is used, and nothing that it confirmed is lost`() async throws {
        try await ClusterGroup.with(replicas: true, timeout: 10_000) { group in
            try await self.withNode(group, configure: Self.confirming) { broker in
                let subscriber = CollectingSubscriber()
                broker.attach(subscriber)
                _ = try await broker.subscribe(self.room, subscriber)
                let other = try RoomName("elsewhere")
                for number in 1...10 { try await self.publish("a\(number)", broker) }
                try await self.publish("a", in: other, broker)
                let primary = try await group.primary(of: self.room)
                primary.kill()
                // Nobody confirms while the only replica is the primary.
                try await eventually {
                    guard case .failure(let error) = await broker.publish([try self.draft("b")]).first else {
                        return false
                    }
                    return error.code == .unconfirmed
                }
                let page = try await broker.log(self.room, after: 0, limit: 20)
                #expect(page.publications.map(\.position.seq).prefix(10) == Array(1...10)[...])
                let seqs = try await subscriber.publications(11, in: self.room).map(\.position.seq)
                #expect(seqs == Array(1...11))
                #expect(self.resets(subscriber).isEmpty)
                // The rooms of the others are no worse off, and all is well in the end.
                try await self.publish("b", in: other, broker)
                try await eventually { (try? await broker.probe()) != nil }
                try await subscriber.events {
                    $0.contains { if case .status(.ok, _, _) = $0 { true } else { false } }
                }
            }
        }
    }

    @Test func `a primary that makes way for its replica loses nothing`() async throws {
        try await ClusterGroup.with(replicas: true) { group in
            try await self.withNode(group) { broker in
                let subscriber = CollectingSubscriber()
                _ = try await broker.subscribe(self.room, subscriber)
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask { for number in 1...300 { try await self.publish("a\(number)", broker) } }
                    tasks.addTask {
                        let primary = try await group.primary(of: self.room)
                        let index = try #require(group.primaries.firstIndex { $0 === primary })
                        try await group.replicas[index].operate("CLUSTER FAILOVER")
                        try await eventually { try await group.replicas[index].owns(self.slot) }
                    }
                    try await tasks.waitForAll()
                }
                let seqs = try await subscriber.publications(300, in: self.room).map(\.position.seq)
                #expect(seqs == Array(1...300))
                #expect(self.resets(subscriber).isEmpty)
            }
        }
    }

    @Test func `any server is enough to begin with, and what a Cluster has is used`() async throws {
        try await ClusterGroup.with { group in
            // A port at which nobody listens.
            let gone = try FreePort.find()
            let seeds = "127.0.0.1:\(gone),127.0.0.1:\(group.primaries[2].port)"
            let url = try RedisURL("redis-cluster://chat:pw@\(seeds)")
            for server in group.primaries {
                // The rights that docs/CONFIGURATION.md names.
                try await server.operate(
                    "ACL SETUSER chat on >pw ~chat:* &chat:* +@read +@write +@pubsub +@scripting +@connection -@dangerous "
                        + "+info +wait +time +cluster|myid +cluster|info +cluster|slots"
                )
            }
            try await self.withNode(group, configure: { $0.url = url }) { broker in
                try await broker.probe()
                try await self.manyRooms(broker, group)
            }
            // Servers before version 7 have no sharded channels; the first node has written so.
            try await group.primaries[0].operateAnywhere(
                ["HSET", "old:layout", "version", "2", "channels", "ordinary"],
                group.primaries
            )
            let log = RecordedLog()
            let configure = { (configuration: inout RedisConfiguration) in configuration.keyPrefix = "old:" }
            try await self.withNode(group, log: log, configure: configure) { first in
                try await self.withNode(group, configure: configure) { second in
                    let subscriber = CollectingSubscriber()
                    _ = try await first.subscribe(self.room, subscriber)
                    for number in 1...10 { try await self.publish("a\(number)", second) }
                    let seqs = try await subscriber.publications(10, in: self.room).map(\.position.seq)
                    #expect(seqs == Array(1...10))
                    #expect(log.lines.contains { $0.hasPrefix("what is said in a room is sent to every server") })
                }
            }
            try await group.primaries[0].operateAnywhere(["HSET", "new:layout", "version", "99"], group.primaries)
            let refusal = await #expect(throws: BrokerError.self) {
                try await self.withNode(group, configure: { $0.keyPrefix = "new:" }) { broker in
                    try await eventually { await broker.refusal != nil }
                }
            }
            #expect(refusal?.code == .unusableData)
        }
    }

    /// Rooms in all slots are subscribed, and again when the connections are lost.
    private func manyRooms(_ broker: RedisBroker, _ group: ClusterGroup) async throws {
        let rooms = try (0..<300).map { try RoomName("room-\($0)") }
        let subscriber = CollectingSubscriber()
        try await withThrowingTaskGroup(of: Void.self) { joins in
            for room in rooms { joins.addTask { _ = try await broker.subscribe(room, subscriber) } }
            try await joins.waitForAll()
        }
        for server in group.primaries { try await server.operate("CLIENT KILL TYPE pubsub") }
        let drafts = try rooms.map { try self.draft("a", in: $0) }
        for result in await broker.publish(drafts) { #expect((try? result.get().position.seq) == 1) }
        try await subscriber.events { events in rooms.allSatisfy { events.publications(in: $0).count == 1 } }
        let page = try await broker.rooms(after: nil, limit: 100)
        #expect(page.rooms.count == 100)
    }
}

extension RedisServerProcess {
    /// Sends a command to that of the servers which has its key.
    fileprivate func operateAnywhere(_ words: [String], _ servers: [RedisServerProcess]) async throws {
        let slot = HashSlot(of: words[1])
        for server in servers where try await server.owns(slot) { try await server.operate(words) }
    }
}

extension RedisBroker {
    fileprivate var refusal: BrokerError? { self.router.refusal }
}
