import BrokerContract
import ChatCore
import NIOCore
import TestSupport
import Testing

@testable import ChatRedis

/// Redis takes nothing back of a script in which it refuses a command: what was done before that stays.
@Suite("Scripts that Redis lets come half way", .patience)
struct PartialScriptTests {
    private let room: RoomName
    private let mina: User

    init() throws {
        self.room = try RoomName("래블업")
        self.mina = User(id: UserID("u1"), name: try UserName("민아"))
    }

    private func draft(_ text: String, hasKey: Bool = true) throws -> Draft {
        let key = hasKey ? try IdempotencyKey("k\(text)") : nil
        let tail = PublicationCodec.tail(sender: self.mina, text: text, kind: .text, key: key)
        return Draft(room: self.room, sender: self.mina.id, key: key, tail: tail)
    }

    /// Sends once; nil when it was refused.
    private func send(_ text: String, _ broker: RedisBroker, hasKey: Bool = true) async throws -> Receipt? {
        try? await broker.publish([self.draft(text, hasKey: hasKey)]).first?.get()
    }

    private func texts(_ broker: RedisBroker) async throws -> [String?] {
        try await broker.log(self.room, after: 0, limit: 100).publications.map(\.text)
    }

    @Test(arguments: [true, false])
    func `a message that may not be published is stored, and reaches members when others may be`(
        hasKey: Bool
    ) async throws {
        try await RedisServerProcess.with { server in
            let log = RecordedLog()
            try await withBroker(server, log: log) { broker in
                let live = CollectingSubscriber()
                _ = try await broker.subscribe(self.room, live)
                #expect(try await self.send("1", broker)?.position.seq == 1)
                try await server.operate("ACL SETUSER default -publish")
                let refusal = try await broker.publish([self.draft("2", hasKey: hasKey)]).first
                // Nobody is told that nothing was done.
                #expect(throws: BrokerError.self) { try refusal?.get() }
                if case .failure(let error)? = refusal { #expect(error.code == .unconfirmed) }
                _ = try await log.lines { $0.contains { $0.contains("Redis did not take a message") } }
                try await server.operate("ACL SETUSER default +publish")
                if hasKey {
                    let again = try await eventually(get: { try await self.send("2", broker) })
                    #expect(again.position.seq == 2)
                    #expect(again.isDuplicate)
                }
                #expect(try await self.texts(broker) == ["1", "2"])
                let third = try await eventually(get: { try await self.send("3", broker) })
                #expect(third.position.seq == 3)
                let seen = try await live.publications(3, in: self.room)
                #expect(seen.map(\.text) == ["1", "2", "3"])
                #expect(live.events.resets(in: self.room).isEmpty)
            }
        }
    }

    @Test func `a log that is ahead of its number is mended by the next who sends`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                let live = CollectingSubscriber()
                let head = try await broker.subscribe(self.room, live)
                #expect(try await self.send("1", broker)?.position.seq == 1)
                // What an earlier release left when Redis refused the rest of its script.
                let time = 1_790_000_000_000
                let event = PublicationCodec.assemble(
                    prefix: PublicationCodec.prefix(self.room),
                    position: LogPosition(epoch: head.epoch, seq: 2),
                    time: time,
                    tail: try self.draft("2").tail
                )
                let log = broker.keys.log(self.room)
                try await broker.command("XADD", log, "2", "event", String(buffer: event))
                let third = try await eventually(get: { try await self.send("3", broker) })
                #expect(third.position.seq == 3)
                #expect(try await self.texts(broker) == ["1", "2", "3"])
                let seen = try await live.publications(3, in: self.room)
                #expect(seen.map(\.text) == ["1", "2", "3"])
                #expect(live.events.resets(in: self.room).isEmpty)
            }
        }
    }

    @Test func `a message that may not be deleted costs no other one`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                for text in ["1", "2", "3"] { _ = try await self.send(text, broker) }
                let deletion = Deletion(room: self.room, seq: 2, epoch: nil, user: self.mina)
                try await server.operate("ACL SETUSER default -xadd")
                await #expect(throws: BrokerError.self) { try await broker.delete(deletion) }
                try await server.operate("ACL SETUSER default +xadd")
                #expect(try await self.texts(broker) == ["1", "2", "3"])
                let receipt = try await eventually(get: { try? await broker.delete(deletion) })
                #expect(receipt.position.seq == 4)
                let after = try await self.texts(broker)
                #expect(after[0] == "1" && after[1] != "2" && after[2] == "3", "\(after)")
            }
        }
    }

    @Test(arguments: ["xadd", "hset", "hmget", "expire", "time", "set", "publish"])
    func `a node that may not send what a message needs is not ready`(command: String) async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                try await broker.probe()
                try await server.operate("ACL SETUSER default -\(command)")
                await #expect(throws: BrokerError.self) { try await broker.probe() }
                try await server.operate("ACL SETUSER default +\(command)")
                _ = try await eventually { (try? await broker.probe()) != nil }
            }
        }
    }
}
