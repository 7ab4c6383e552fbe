import BrokerContract
import ChatCore
import NIOCore
import TestSupport
import Testing

@testable import ChatRedis

@Suite("Deleting a message on Redis", .patience) struct DeletionTests {
    private let room: RoomName
    private let mina: User

    init() throws {
        self.room = try RoomName("lobby")
        self.mina = User(id: UserID("u1"), name: try UserName("Mina"))
    }

    private func send(_ texts: [String], _ broker: RedisBroker) async throws -> [Receipt] {
        let drafts = try texts.enumerated().map { index, text in
            let key = try IdempotencyKey("key-\(index)")
            let tail = PublicationCodec.tail(sender: self.mina, text: text, kind: .text, key: key)
            return Draft(room: self.room, sender: self.mina.id, key: key, tail: tail)
        }
        return try await broker.publish(drafts).map { try $0.get() }
    }

    private func delete(_ seq: Int, _ broker: RedisBroker) async throws -> Receipt? {
        try await broker.delete(Deletion(room: self.room, seq: seq, epoch: nil, user: self.mina))
    }

    /// All that Redis would write of its data.
    private func contains(_ text: String, _ broker: RedisBroker) async throws -> Bool {
        var cursor = "0"
        repeat {
            let parts = try #require(try await broker.command("SCAN", cursor, "COUNT", "1000").array)
            cursor = try #require(parts[0].string)
            for key in try #require(parts[1].array).compactMap(\.string) {
                guard let dump = try await broker.command("DUMP", key).bytes else { continue }
                if dump.readableBytesView.firstRange(of: Array(text.utf8)) != nil { return true }
            }
        } while cursor != "0"
        return false
    }

    @Test func `the text is nowhere in Redis any more`() async throws {
        try await RedisServerProcess.with { server in
            // Redis compresses what it dumps.
            try await server.operate("CONFIG SET rdbcompression no")
            try await withBroker(server) { broker in
                let sent = (1...40).map { "number-\($0)" } + ["unspeakable"] + (41...45).map { "number-\($0)" }
                _ = try await self.send(sent, broker)
                #expect(try await self.contains("unspeakable", broker))
                #expect(try await self.delete(41, broker)?.position.seq == 47)
                #expect(try await !self.contains("unspeakable", broker))
                #expect(try await self.contains("number-45", broker))
                let after = try await broker.command("PTTL", broker.keys.log(self.room)).integer ?? 0
                // Its time is set anew once in a while, and is longer by that.
                let longest = BrokerClause.limits.log.retention + .seconds(60)
                #expect(after > 0 && after <= longest.inMilliseconds)
            }
        }
    }

    @Test func `a node that was away when the newest message was deleted finds the same log`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                let subscriber = CollectingSubscriber()
                let head = try await broker.subscribe(self.room, subscriber)
                _ = try await self.send(["1", "2"], broker)
                _ = try await subscriber.publications(2, in: self.room)
                try await withBroker(server) { other in
                    try await other.command("CLIENT", "KILL", "TYPE", "pubsub")
                    #expect(try await self.delete(2, other)?.position.seq == 3)
                }
                let got = try await subscriber.publications(3, in: self.room)
                #expect(got.map(\.position.epoch) == Array(repeating: head.epoch, count: 3))
                #expect(PublicationCodec.deletedSeq(by: got[2].payload) == 2)
                #expect(subscriber.events.resets(in: self.room).isEmpty)
            }
        }
    }

    @Test func `a full Redis deletes nothing and loses nothing`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                _ = try await self.send(["1", "2", "3"], broker)
                let before = try await broker.log(self.room, after: 0, limit: 10)
                try await server.operate("CONFIG SET maxmemory 1")
                await #expect(throws: BrokerError.self) { _ = try await self.delete(2, broker) }
                #expect(try await broker.log(self.room, after: 0, limit: 10) == before)
                try await server.operate("CONFIG SET maxmemory 0")
                #expect(try await self.delete(2, broker)?.position.seq == 4)
            }
        }
    }

    @Test func `a log of more messages than its limit keeps its newest ones`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server, configure: { $0.limits.log.messages = 20 }) { broker in
                _ = try await self.send((1...180).map { "\($0)" }, broker)
                #expect(try await self.delete(170, broker)?.position.seq == 181)
                let page = try await broker.log(self.room, after: 0, limit: 100)
                #expect((page.first, page.head) == (162, 181))
                #expect(page.publications.map(\.position.seq) == Array(162...181))
            }
        }
    }
}
