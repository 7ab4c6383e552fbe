import BrokerContract
import ChatCore
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import ChatRedis

@Suite("Faults of Redis that it tells, or does not", .patience)
struct FaultMatrixTests {
    private let room: RoomName
    private let mina: User

    init() throws {
        self.room = try RoomName("래블업")
        self.mina = User(id: UserID("u1"), name: try UserName("민아"))
    }

    private func draft(_ number: Int) throws -> Draft {
        let key = try IdempotencyKey("k\(number)")
        let tail = PublicationCodec.tail(sender: self.mina, text: "\(number)", kind: .text, key: key)
        return Draft(room: self.room, sender: self.mina.id, key: key, tail: tail)
    }

    private func send(_ numbers: ClosedRange<Int>, _ broker: RedisBroker) async throws -> [Receipt] {
        try await broker.publish(numbers.map { try self.draft($0) }).map { try $0.get() }
    }

    /// Sends a message again and again until it is stored, as a client does; its key makes it one.
    private func sendUntilStored(_ number: Int, _ broker: RedisBroker) async throws -> Receipt {
        let draft = try self.draft(number)
        return try await eventually(get: { try? await broker.publish([draft]).first?.get() })
    }

    private func details(_ events: [BrokerEvent]) -> [String] {
        events.compactMap { if case .status(.degraded, let detail, _) = $0 { detail } else { nil } }
    }

    // MARK: A Redis that is no primary

    @Test
    func `a replica is not used until it is promoted`() async throws {
        try await RedisServerProcess.with { primary in
            try await RedisServerProcess.with(["--replicaof", "127.0.0.1", "\(primary.port)"]) { replica in
                try await withBroker(replica, configure: { $0.patience = .milliseconds(300) }) { broker in
                    let subscriber = CollectingSubscriber()
                    broker.attach(subscriber)
                    try await subscriber.events { !$0.statuses.isEmpty }
                    #expect(self.details(subscriber.events).first == "Redis is a read-only replica")
                    let away = Result<Receipt, BrokerError>.failure(BrokerError.isAway)
                    #expect(await broker.publish([try self.draft(1)]) == [away])
                    #expect(subscriber.events.statuses.last == .degraded)
                    try await replica.operate("REPLICAOF NO ONE")
                    try await subscriber.events { $0.haveRecovered }
                    // What it has just come back to may take longer than the little patience of this broker.
                    #expect(try await self.sendUntilStored(1, broker).position.seq == 1)
                }
            }
        }
    }

    @Test(arguments: ["Redis is a read-only replica", "Redis has lost its primary"])
    func `a primary that becomes a replica is left until it is a primary again`(reason: String) async throws {
        try await RedisServerProcess.with { server in
            // The send below waits for as long.
            try await withBroker(server, configure: { $0.patience = .seconds(60) }) { broker in
                let subscriber = CollectingSubscriber()
                broker.attach(subscriber)
                _ = try await broker.subscribe(self.room, subscriber)
                _ = try await self.send(1...3, broker)
                _ = try await subscriber.publications(3, in: self.room)
                // What it says depends on who asks first: a script, or a write that a node makes by itself.
                let reasons = ["Redis is a read-only replica", reason]
                if reason.contains("lost") { try await server.operate("CONFIG SET replica-serve-stale-data no") }
                // Nobody is there to follow, so it keeps its data.
                try await server.operate("REPLICAOF 127.0.0.1 1")
                guard case .failure(let error)? = await broker.publish([try self.draft(4)]).first else {
                    Issue.record("a replica has stored something")
                    return
                }
                #expect((reasons + ["Redis is out of reach"]).contains(error.reason))
                try await subscriber.events { $0.statuses.last == .degraded }
                try await subscriber.events { self.details($0).contains(reason) }
                #expect(self.details(subscriber.events).allSatisfy(reasons.contains))
                try await server.operate("REPLICAOF NO ONE")
                try await subscriber.events { $0.haveRecovered }
                #expect(try await self.sendUntilStored(4, broker).position.seq == 4)
                let received = try await subscriber.publications(4, in: self.room)
                #expect(received.map(\.position.seq) == [1, 2, 3, 4])
            }
        }
    }

    @Test
    func `a Redis that loads its data is waited for`() async throws {
        // A millisecond for each key, and a look at its clients after each kilobyte.
        let slow = ["--key-load-delay", "1000", "--loading-process-events-interval-bytes", "1024"]
        try await RedisServerProcess.with(slow) { server in
            try await withBroker(server) { broker in
                let subscriber = CollectingSubscriber()
                broker.attach(subscriber)
                _ = try await broker.subscribe(self.room, subscriber)
                _ = try await self.send(1...5, broker)
                for number in 0..<40 {
                    try await broker.command(
                        ["MSET"] + (0..<50).flatMap { ["filler \(number) \($0)", String(repeating: "x", count: 100)] }
                    )
                }
                try await broker.command("SAVE")
                server.kill()
                try await subscriber.events { $0.statuses.last == .degraded }
                try await server.start()
                let events = try await subscriber.events { $0.statuses.last == .ok }
                #expect(events.resets(in: self.room).isEmpty)
                #expect(try await self.send(6...6, broker).map(\.position.seq) == [6])
            }
        }
    }

    // MARK: A Redis that refuses writes

    @Test
    func `without replicas sends fail, and a room is found again`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                let subscriber = CollectingSubscriber()
                broker.attach(subscriber)
                _ = try await broker.subscribe(self.room, subscriber)
                _ = try await self.send(1...3, broker)
                try await server.operate("CONFIG SET min-replicas-to-write 1")
                let refused = BrokerError(.refused, "Redis has too few replicas and refuses writes")
                #expect(await broker.publish([try self.draft(4)]) == [.failure(refused)])
                try await server.operate("CLIENT KILL TYPE pubsub")
                try await subscriber.events { $0.haveRecovered }
                // The head is read anew, which also lets the room live longer where that may be written.
                #expect(try await broker.subscribe(self.room, CollectingSubscriber()).seq == 3)
                try await server.operate("CONFIG SET min-replicas-to-write 0")
                #expect(try await self.send(4...4, broker).map(\.position.seq) == [4])
            }
        }
    }

    @Test
    func `who has given up waiting for a room is forgotten, however long Redis is away`() async throws {
        let server = try RedisServerProcess()
        try await withBroker(server, configure: { $0.patience = .milliseconds(1) }) { broker in
            let subscriber = CollectingSubscriber()
            for _ in 0..<300 {
                await #expect(throws: BrokerError.isAway) {
                    _ = try await broker.subscribe(self.room, subscriber)
                }
            }
            #expect(await broker.waitingCount(self.room) <= 65)
        }
    }

    @Test
    func `without memory sends fail, and reading and live delivery go on`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                let subscriber = CollectingSubscriber()
                broker.attach(subscriber)
                _ = try await broker.subscribe(self.room, subscriber)
                _ = try await self.send(1...3, broker)
                try await server.operate("CONFIG SET maxmemory 1")
                let full = Result<Receipt, BrokerError>.failure(BrokerError(.refused, "Redis has no memory left"))
                #expect(await broker.publish([try self.draft(4)]) == [full])
                #expect(try await broker.log(self.room, after: 0, limit: 10).publications.count == 3)
                try await broker.command("PUBLISH", broker.keys.channel(self.room), "still here")
                try await subscriber.events { $0.foreign(in: self.room).count == 1 }
                // New connections too: that nothing can be written is no reason to be away.
                try await server.operate("CLIENT KILL TYPE normal SKIPME yes")
                try await subscriber.events { $0.haveRecovered }
                #expect(try await broker.log(self.room, after: 0, limit: 10).publications.count == 3)
                await #expect(throws: BrokerError(.refused, "Redis has no memory left")) { try await broker.probe() }
                try await server.operate("CONFIG SET maxmemory 0")
                #expect(try await self.send(4...4, broker).map(\.position.seq) == [4])
                let received = try await subscriber.publications(4, in: self.room)
                #expect(received.map(\.position.seq) == [1, 2, 3, 4])
            }
        }
    }

    // MARK: Connections

    @Test
    func `a subscriber that Redis cuts off for what it has not read misses nothing`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                let subscriber = CollectingSubscriber()
                broker.attach(subscriber)
                _ = try await broker.subscribe(self.room, subscriber)
                // Any output that does not fit into one buffer of Redis is too much.
                try await server.operate("CONFIG SET client-output-buffer-limit \"pubsub 1 1 1\"")
                let text = String(repeating: "x", count: 5000)
                let drafts = (1...40).map { number in
                    let text = "\(number) \(text)"
                    let tail = PublicationCodec.tail(sender: self.mina, text: text, kind: .text, key: nil)
                    return Draft(room: self.room, sender: self.mina.id, key: nil, tail: tail)
                }
                for result in await broker.publish(drafts) { _ = try result.get() }
                try await subscriber.events { $0.statuses.contains(.degraded) }
                try await server.operate("CONFIG SET client-output-buffer-limit \"pubsub 0 0 0\"")
                let received = try await subscriber.publications(40, in: self.room)
                #expect(received.map(\.position.seq) == Array(1...40))
            }
        }
    }

    @Test(arguments: [TCPRelay.Kind.commands, .subscriptions])
    func `a connection that leads nowhere is noticed, and what it swallowed is made good`(
        kind: TCPRelay.Kind
    ) async throws {
        try await RedisServerProcess.with { server in
            try await TCPRelay.with(server) { relay in
                let url = try RedisURL(relay.url)
                try await withBroker(
                    server,
                    configure: {
                        $0.url = url
                        $0.liveness.pingInterval = .milliseconds(200)
                        $0.liveness.answerTimeout = .seconds(2)
                    }
                ) { broker in
                    let subscriber = CollectingSubscriber()
                    broker.attach(subscriber)
                    // So short a time-out a busy machine may outlast, but not every time.
                    _ = try await eventually(get: { try? await broker.subscribe(self.room, subscriber) })
                    for number in 1...3 { _ = try await self.sendUntilStored(number, broker) }
                    // Whatever connections a busy machine makes meanwhile lead nowhere too.
                    relay.isolate(kind)
                    // The answer, or the message itself, is on the connection that leads nowhere.
                    async let receipt = self.sendUntilStored(4, broker)
                    try await subscriber.events { $0.statuses.last == .degraded }
                    relay.heal()
                    try await subscriber.events { $0.statuses.last == .ok }
                    #expect(try await receipt.position.seq == 4)
                    let received = try await subscriber.publications(4, in: self.room)
                    #expect(received.map(\.position.seq) == [1, 2, 3, 4])
                    #expect(relay.accepted >= 3)
                }
            }
        }
    }

    @Test
    func `a Redis that stands still for a while is waited for`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                let subscriber = CollectingSubscriber()
                broker.attach(subscriber)
                _ = try await broker.subscribe(self.room, subscriber)
                try await server.operate("CLIENT PAUSE 700 ALL")
                #expect(try await self.send(1...10, broker).map(\.position.seq) == Array(1...10))
                #expect(try await subscriber.publications(10, in: self.room).count == 10)
                #expect(subscriber.events.statuses.isEmpty)
            }
        }
    }

    @Test
    func `a broker that is shut down while it connects does not wait for that`() async throws {
        // A server that accepts nobody, and has no room for those who wait.
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 0)
            .serverChannelOption(.autoRead, value: false)
            .bind(host: "127.0.0.1", port: 0).get()
        let address = try #require(server.localAddress)
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(.milliseconds(300))
        while (try? await bootstrap.connect(to: address).get()) != nil {}
        let redis = try RedisServerProcess()
        let url = try RedisURL("redis://127.0.0.1:\(address.port ?? 0)")
        // The time limit of this test would be over long before.
        let configure = { (configuration: inout RedisConfiguration) in
            configuration.url = url
            configuration.connectTimeout = .seconds(3600)
            configuration.patience = .milliseconds(300)
        }
        try await withBroker(redis, configure: configure) { broker in
            await #expect(throws: BrokerError.isAway) { try await broker.probe() }
        }
        try await server.close()
    }

    // MARK: Data that is lost, and data that is not

    @Test
    func `a restart with everything loses nothing, and remembers keys`() async throws {
        try await RedisServerProcess.with(["--appendonly", "yes", "--appendfsync", "always"]) { server in
            try await withBroker(server) { broker in
                let subscriber = CollectingSubscriber()
                broker.attach(subscriber)
                let head = try await broker.subscribe(self.room, subscriber)
                var stored = 0
                for round in 1...3 {
                    stored += 5
                    _ = try await self.send(stored - 4...stored, broker)
                    server.kill()
                    try await subscriber.events { $0.statuses.count >= 2 * round - 1 }
                    try await server.start()
                    try await subscriber.events { $0.statuses.count >= 2 * round }
                    let again = try await self.send(stored...stored, broker)
                    #expect(again.map(\.position) == [LogPosition(epoch: head.epoch, seq: stored)])
                    #expect(again.map(\.isDuplicate) == [true])
                }
                let received = try await subscriber.publications(stored, in: self.room)
                #expect(received.map(\.position.seq) == Array(1...stored))
                #expect(subscriber.events.resets(in: self.room).isEmpty)
            }
        }
    }

    /// Which keys of a room are evicted, and what its members are told.
    enum Evicted: CaseIterable, Sendable { case meta, log, all }

    @Test(arguments: Evicted.allCases)
    func `keys that were evicted are a reset or a gap, and never silence`(evicted: Evicted) async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server, configure: { $0.headCheckInterval = .milliseconds(300) }) { broker in
                let subscriber = CollectingSubscriber()
                let head = try await broker.subscribe(self.room, subscriber)
                _ = try await self.send(1...5, broker)
                _ = try await subscriber.publications(5, in: self.room)
                if evicted != .log { try await broker.command("DEL", broker.keys.meta(self.room)) }
                if evicted != .meta { try await broker.command("DEL", broker.keys.log(self.room)) }
                let receipt = try #require(try await self.send(6...6, broker).first)
                let received = try await subscriber.publications(6, in: self.room)
                #expect(received.last?.position == receipt.position)
                let resets = subscriber.events.resets(in: self.room)
                if evicted == .log {
                    // The numbers go on, and those who have everything miss nothing.
                    #expect(receipt.position == LogPosition(epoch: head.epoch, seq: 6))
                    #expect(resets.isEmpty)
                    #expect(try await broker.log(self.room, after: 0, limit: 10).first == 6)
                } else {
                    #expect(receipt.position.epoch != head.epoch && receipt.position.seq == 1)
                    #expect(resets.map(\.epoch) == [receipt.position.epoch])
                }
            }
        }
    }

    @Test
    func `keys and logs expire after the times that are set`() async throws {
        try await RedisServerProcess.with { server in
            let configure = { (configuration: inout RedisConfiguration) in
                configuration.limits.log.messages = 7
                configuration.limits.log.retention = .seconds(500)
                configuration.limits.log.deduplication = .seconds(300)
            }
            try await withBroker(server, configure: configure) { broker in
                _ = try await self.send(1...20, broker)
                let pattern = broker.keys.channel(self.room) + ":keys:*:0"
                let key = try #require(try await broker.command("KEYS", pattern).array?.first?.string)
                let keyTime = try await broker.command("TTL", key).integer ?? 0
                // The window that is set, and the half day for which keys are gathered.
                #expect((43_200...43_500).contains(keyTime))
                let logTime = try await broker.command("TTL", broker.keys.log(self.room)).integer ?? 0
                // A hundredth is added, for as long as it may be until the next message begins it anew.
                #expect((400...505).contains(logTime))
                #expect(try await broker.log(self.room, after: 0, limit: 100).publications.count == 7)
            }
        }
    }
}

extension RedisBroker {
    fileprivate func waitingCount(_ room: RoomName) -> Int { self.rooms.followedRoom(room)?.waitingCount ?? 0 }
}
