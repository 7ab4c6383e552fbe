import BrokerContract
import ChatCore
import TestSupport
import Testing

@testable import ChatRedis

@Suite("Replicas that must confirm what is stored", .patience)
struct ReplicationTests {
    private let room: RoomName
    private let mina: User

    init() throws {
        self.room = try RoomName("래블업")
        self.mina = User(id: UserID("u1"), name: try UserName("민아"))
    }

    private func draft(_ key: String) throws -> Draft {
        let key = try IdempotencyKey(key)
        let tail = PublicationCodec.tail(sender: self.mina, text: "안녕", kind: .text, key: key)
        return Draft(room: self.room, sender: self.mina.id, key: key, tail: tail)
    }

    /// Runs a broker on a Redis that has one replica, from when that follows; how long that may take to confirm is for
    /// tests in which it does not.
    private func withReplica(
        asking replicas: Int,
        within timeout: Duration = .seconds(120),
        _ body: (RedisBroker, RedisServerProcess) async throws -> Void
    ) async throws {
        // A primary waits for more replicas to come before it sends its data to the first, unless it is told not to.
        try await RedisServerProcess.with(["--repl-diskless-sync-delay", "0"]) { primary in
            try await RedisServerProcess.with(["--replicaof", "127.0.0.1", "\(primary.port)"]) { replica in
                let configure = { (configuration: inout RedisConfiguration) in
                    configuration.replicas = replicas
                    configuration.replicaTimeout = timeout
                }
                try await withBroker(primary, configure: configure) { broker in
                    try await self.untilReplicated(broker)
                    try await body(broker, replica)
                }
            }
        }
    }

    /// Waits until the replica follows and answers.
    private func untilReplicated(_ broker: RedisBroker) async throws {
        try await broker.command("SET", "a write", "that the replica is to have")
        // 0 waits for as long as it takes.
        try await broker.command("WAIT", "1", "0")
    }

    @Test
    func `a receipt says how many replicas have the message`() async throws {
        try await self.withReplica(asking: 1) { broker, _ in
            let subscriber = CollectingSubscriber()
            _ = try await broker.subscribe(self.room, subscriber)
            let receipts = try await broker.publish(try (1...10).map { try self.draft("k\($0)") }).map { try $0.get() }
            #expect(receipts.map(\.position.seq) == Array(1...10))
            #expect(receipts.allSatisfy { $0.replicas == 1 })
            #expect(try await subscriber.publications(10, in: self.room).count == 10)
        }
    }

    @Test
    func `a message that too few replicas confirm is unavailable, and its key asks them again`() async throws {
        try await self.withReplica(asking: 1, within: .milliseconds(300)) { broker, replica in
            let reason = "stored, but 0 of 1 replicas have confirmed it; send it again with the same key"
            replica.freeze()
            #expect(await broker.publish([try self.draft("k")]) == [.failure(BrokerError(.unconfirmed, reason))])
            // It does not help that nothing new is stored now.
            #expect(await broker.publish([try self.draft("k")]) == [.failure(BrokerError(.unconfirmed, reason))])
            replica.thaw()
            try await self.untilReplicated(broker)
            // A busy machine may need more than the time that it has, but not every time.
            let draft = try self.draft("k")
            let again = try await eventually(get: { try? await broker.publish([draft]).first?.get() })
            #expect(again.isDuplicate && again.replicas == 1 && again.position.seq == 1)
            #expect(try await broker.log(self.room, after: 0, limit: 10).publications.count == 1)
        }
    }

    @Test
    func `what comes while the replicas are silent waits for one time-out, not for one each`() async throws {
        try await self.withReplica(asking: 1, within: .milliseconds(300)) { broker, replica in
            replica.freeze()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...40 {
                    let draft = try self.draft("k\(number)")
                    group.addTask {
                        let result = await broker.publish([draft])
                        #expect(result.allSatisfy { if case .failure = $0 { true } else { false } })
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await broker.log(self.room, after: 0, limit: 100).publications.count == 40)
            let statistics = try await broker.command("INFO", "commandstats").string ?? ""
            let calls = try #require(statistics.firstMatch(of: /cmdstat_wait:calls=(\d+)/))
            #expect((2...20).contains(Int(calls.1) ?? 0))
            replica.thaw()
        }
    }

    @Test
    func `a confirmation does not outlive its connection`() async throws {
        try await self.withReplica(asking: 1) { broker, replica in
            replica.freeze()
            let draft = try self.draft("k")
            async let result = broker.publish([draft])
            // The connection that waits is blocked; it is killed as soon as it is.
            var killed = 0
            while killed == 0 {
                let clients = try await broker.command("CLIENT", "LIST").string ?? ""
                for line in clients.split(separator: "\n") where line.contains(" cmd=wait ") {
                    let id = line.split(separator: " ").first?.dropFirst("id=".count) ?? ""
                    killed += try await broker.command("CLIENT", "KILL", "ID", String(id)).integer ?? 0
                }
            }
            guard case .failure = await result.first else {
                Issue.record("it was acknowledged")
                return
            }
            replica.thaw()
            try await self.untilReplicated(broker)
            let again = try #require(await broker.publish([try self.draft("k")]).first).get()
            #expect(again.isDuplicate && again.replicas == 1)
        }
    }
}
