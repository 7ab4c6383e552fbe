import BrokerContract
import ChatCore
import NIOCore
import TestSupport
import Testing

@testable import ChatRedis

@Suite("Faults of Redis", .patience)
struct FaultTests {
    private let room: RoomName
    private let mina: User

    init() throws {
        self.room = try RoomName("래블업")
        self.mina = User(id: UserID("u1"), name: try UserName("민아"))
    }

    private func draft(_ number: Int, key: String? = nil) throws -> Draft {
        let key = try key.map { try IdempotencyKey($0) }
        let tail = PublicationCodec.tail(sender: self.mina, text: "\(number)", kind: .text, key: key)
        return Draft(room: self.room, sender: self.mina.id, key: key, tail: tail)
    }

    private func store(_ numbers: ClosedRange<Int>, _ broker: RedisBroker) async throws -> [Receipt] {
        try await broker.publish(numbers.map { try self.draft($0) }).map { try $0.get() }
    }

    @Test
    func `Redis may be absent at the start`() async throws {
        let server = try RedisServerProcess()
        defer { server.kill() }
        try await withBroker(server, configure: { $0.patience = .milliseconds(300) }) { broker in
            let subscriber = CollectingSubscriber()
            broker.attach(subscriber)
            let refused = await broker.publish([try self.draft(1)])
            #expect(refused == [.failure(BrokerError.isAway)])
            // From when that is known, who asks is told why.
            try await subscriber.events { $0.statuses.last == .degraded }
            await #expect(throws: BrokerError(.away, "Redis cannot be reached: Connection refused")) {
                try await broker.probe()
            }
            await #expect(throws: BrokerError.isAway) {
                _ = try await broker.subscribe(self.room, subscriber)
            }
            #expect(subscriber.events.statuses.last == .degraded)
            try await server.start()
            try await subscriber.events { $0.haveRecovered }
            // So short a patience a busy machine may outlast, but not every time.
            let stored = try await eventually(get: { try? await self.store(1...1, broker) })
            #expect(stored.map(\.position.seq) == [1])
            try await eventually { (try? await broker.probe()) != nil }
        }
    }

    @Test
    func `scripts that Redis forgets are loaded again, and no message is lost, doubled or moved`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                for round in 0..<10 {
                    // The flush stands in the pipeline between the messages of two batches.
                    async let first = self.store(round * 20 + 1...round * 20 + 10, broker)
                    async let flush = broker.command("SCRIPT", "FLUSH")
                    async let second = self.store(round * 20 + 11...round * 20 + 20, broker)
                    _ = try await (first, flush, second)
                }
                var seqs: [Int] = []
                var texts: [String] = []
                while seqs.count < BrokerClause.logMessages {
                    let page = try await broker.log(self.room, after: seqs.last ?? 0, limit: 100)
                    seqs += page.publications.map(\.position.seq)
                    texts += try page.publications.map { try JSONValue($0.payload)["text"]?.string ?? "" }
                }
                #expect(seqs == Array(151...200))
                // Either batch may have come first; within one, the order is that of the call.
                for batch in stride(from: 0, to: 50, by: 10) {
                    let numbers = texts[batch..<batch + 10].compactMap { Int($0) }
                    #expect(numbers == numbers.first.map { Array($0..<$0 + 10) })
                }
            }
        }
    }

    @Test
    func `a hole that a lost subscription leaves is filled from the log`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                let subscriber = CollectingSubscriber()
                _ = try await broker.subscribe(self.room, subscriber)
                var stored = 0
                for _ in 0..<5 {
                    try await broker.command("CLIENT", "KILL", "TYPE", "pubsub")
                    _ = try await self.store(stored + 1...stored + 5, broker)
                    stored += 5
                }
                let received = try await subscriber.publications(stored, in: self.room)
                #expect(received.map(\.position.seq) == Array(1...stored))
                #expect(subscriber.events.resets(in: self.room).isEmpty)
            }
        }
    }

    @Test
    func `what has left the log before it could be read is named by a gap`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                let subscriber = CollectingSubscriber()
                let head = try await broker.subscribe(self.room, subscriber)
                // Stored without being published, and then some more: a hole that is longer than the log.
                try await broker.command(
                    "XTRIM",
                    broker.keys.log(self.room),
                    "MAXLEN",
                    "0"
                )
                try await broker.command("HSET", broker.keys.meta(self.room), "seq", "100")
                _ = try await self.store(1...2, broker)
                let received = try await subscriber.publications(2, in: self.room)
                #expect(received.map(\.position.seq) == [101, 102])
                guard case .gap(let epoch, let from, let to) = subscriber.events.events(in: self.room).first else {
                    Issue.record("no gap came first")
                    return
                }
                #expect((epoch, from, to) == (head.epoch, 1, 100))
            }
        }
    }

    @Test
    func `a log that was lost begins anew with a reset`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                let subscriber = CollectingSubscriber()
                let head = try await broker.subscribe(self.room, subscriber)
                _ = try await self.store(1...5, broker)
                _ = try await subscriber.publications(5, in: self.room)
                try await broker.command("FLUSHALL")
                let receipts = try await self.store(6...8, broker)
                #expect(receipts.map(\.position.seq) == [1, 2, 3])
                #expect(receipts[0].position.epoch != head.epoch)
                let received = try await subscriber.publications(8, in: self.room)
                #expect(received.map(\.position.seq) == [1, 2, 3, 4, 5, 1, 2, 3])
                #expect(subscriber.events.resets(in: self.room).map(\.epoch) == [receipts[0].position.epoch])
            }
        }
    }

    @Test
    func `a restart without data is a reset, with all that the new log has`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                let subscriber = CollectingSubscriber()
                broker.attach(subscriber)
                _ = try await broker.subscribe(self.room, subscriber)
                _ = try await self.store(1...5, broker)
                _ = try await subscriber.publications(5, in: self.room)
                server.kill()
                try await subscriber.events { $0.statuses.last == .degraded }
                try await server.start()
                try await subscriber.events { $0.haveRecovered && !$0.resets(in: self.room).isEmpty }
                _ = try await self.store(6...7, broker)
                let received = try await subscriber.publications(7, in: self.room)
                #expect(received.map(\.position.seq) == [1, 2, 3, 4, 5, 1, 2])
                #expect(subscriber.events.resets(in: self.room).count == 1)
            }
        }
    }

    @Test
    func `a restart with older data is a reset, and what was kept comes in the new epoch`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                let subscriber = CollectingSubscriber()
                broker.attach(subscriber)
                let head = try await broker.subscribe(self.room, subscriber)
                _ = try await self.store(1...3, broker)
                try await broker.command("SAVE")
                _ = try await self.store(4...6, broker)
                _ = try await subscriber.publications(6, in: self.room)
                server.kill()
                try await subscriber.events { $0.statuses.last == .degraded }
                try await server.start()
                let events = try await subscriber.events { $0.publications(in: self.room).count == 9 }
                let reset = try #require(events.resets(in: self.room).first)
                #expect(reset.epoch != head.epoch && reset.seq == 3)
                let kept = events.publications(in: self.room).suffix(3)
                #expect(kept.map(\.position.seq) == [1, 2, 3])
                // The bytes bear the new epoch too.
                let prefix = PublicationCodec.prefix(self.room)
                #expect(kept.allSatisfy { PublicationCodec.position(of: $0.payload, prefix: prefix) == $0.position })
                #expect(await broker.counters.rolledBackLogs == 1)
                #expect(try await self.store(7...7, broker).map(\.position.seq) == [4])
            }
        }
    }

    @Test
    func `another history of the same length is found out`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                let subscriber = CollectingSubscriber()
                _ = try await broker.subscribe(self.room, subscriber)
                _ = try await self.store(1...3, broker)
                _ = try await subscriber.publications(3, in: self.room)
                // The same numbers, epoch and length, but the last message is another one.
                try await broker.command("XTRIM", broker.keys.log(self.room), "MAXLEN", "0")
                try await broker.command("XSETID", broker.keys.log(self.room), "0-1")
                try await broker.command("XADD", broker.keys.log(self.room), "3-0", "event", "another")
                try await broker.command("CLIENT", "KILL", "TYPE", "pubsub")
                let events = try await subscriber.events { !$0.resets(in: self.room).isEmpty }
                #expect(events.resets(in: self.room).map(\.seq) == [3])
            }
        }
    }

    @Test
    func `a connection that is half open is noticed`() async throws {
        let usual = RedisConfiguration.Liveness()
        #expect(usual.pingInterval + usual.answerTimeout < .seconds(15))
        try await RedisServerProcess.with { server in
            try await withBroker(
                server,
                configure: {
                    $0.liveness.pingInterval = .milliseconds(100)
                    $0.liveness.answerTimeout = .seconds(1)
                    $0.patience = .seconds(2)
                }
            ) { broker in
                let subscriber = CollectingSubscriber()
                broker.attach(subscriber)
                try await eventually { (try? await broker.probe()) != nil }
                server.freeze()
                try await subscriber.events { $0.statuses.last == .degraded }
                server.thaw()
                try await subscriber.events { $0.statuses.last == .ok }
                try await eventually { (try? await broker.probe()) != nil }
            }
        }
    }

    @Test
    func `a keyed message whose answer was lost is sent again, once`() async throws {
        try await RedisServerProcess.with { server in
            try await TCPRelay.with(server) { relay in
                let url = try RedisURL(relay.url)
                let configure = { (configuration: inout RedisConfiguration) in
                    configuration.url = url
                    // On a busy machine nothing may count as dead but what the relay cuts.
                    configuration.liveness.answerTimeout = .seconds(3600)
                    configuration.patience = .seconds(3600)
                }
                try await withBroker(server, configure: configure) { broker in
                    try await broker.probe()
                    for number in 1...5 {
                        let swallowed = relay.swallowedAnswers
                        relay.swallowAnswers(.commands)
                        async let receipts = broker.publish([try self.draft(number, key: "k\(number)")])
                        // It is stored, and its answer is what the relay has swallowed.
                        try await eventually {
                            try await server.operate("XLEN \(broker.keys.log(self.room))") == ":\(number)\r\n"
                        }
                        try await eventually { relay.swallowedAnswers != swallowed }
                        relay.cut(.commands)
                        let receipt = try #require(await receipts.first).get()
                        #expect(receipt.position.seq == number)
                        #expect(receipt.isDuplicate, "the first answer was not lost")
                    }
                    #expect(try await broker.log(self.room, after: 0, limit: 10).publications.count == 5)
                }
            }
        }
    }

    @Test
    func `no more than a bounded number of requests waits for Redis`() async throws {
        let server = try RedisServerProcess()
        let configure = { (configuration: inout RedisConfiguration) in
            configuration.pendingLimit = 10
            configuration.patience = .seconds(1)
        }
        try await withBroker(server, configure: configure) { broker in
            // What goes to one room would be one request.
            let drafts = try (1...20).map { number in
                var draft = try self.draft(number)
                draft.room = try RoomName("room-\(number)")
                return draft
            }
            let results = await broker.publish(drafts)
            let reasons = results.map { result in
                if case .failure(let error) = result { error.reason } else { "" }
            }
            #expect(reasons.prefix(10).allSatisfy { $0 == "Redis is out of reach" })
            #expect(reasons.suffix(10).allSatisfy { $0 == "too many requests wait for Redis" })
        }
    }

    @Test
    func `what Redis refuses is told without names`() async throws {
        try await RedisServerProcess.with(["--maxmemory", "1"]) { server in
            try await withBroker(server) { broker in
                await #expect(throws: BrokerError(.refused, "Redis has no memory left")) {
                    _ = try await self.store(1...1, broker)
                }
            }
        }
        try await RedisServerProcess.with(["--requirepass", "s3cret"]) { server in
            try await withBroker(server, configure: { $0.patience = .milliseconds(300) }) { broker in
                let subscriber = CollectingSubscriber()
                broker.attach(subscriber)
                let events = try await subscriber.events { !$0.isEmpty }
                let details = events.compactMap {
                    if case .status(.degraded, let detail, _) = $0 { detail } else { nil }
                }
                #expect(details == ["Redis wants a password"])
            }
            try await withBroker(server, configure: { $0.url.password = .init("s3cret") }) { try await $0.probe() }
        }
    }
}
