import BrokerContract
import ChatCore
import NIOCore
import Testing

@testable import ChatRedis

@Suite("Keys of senders in Redis", .patience)
struct KeyMemoryTests {
    private let room: RoomName
    private let mina: User

    init() throws {
        self.room = try RoomName("lobby")
        self.mina = User(id: UserID("u0123456789abcdef"), name: try UserName("Mina"))
    }

    private func drafts(_ numbers: Range<Int>) throws -> [Draft] {
        try numbers.map { try self.draft(IdempotencyKey("0123456789abcdef-\($0)")) }
    }

    private func draft(_ key: IdempotencyKey) -> Draft {
        let tail = PublicationCodec.tail(sender: self.mina, text: "x", kind: .text, key: key)
        return Draft(room: self.room, sender: self.mina.id, key: key, tail: tail)
    }

    @Test(arguments: [1_000, 5_000])
    func `a key costs 40 bytes at most, and each is found`(count: Int) async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                // From the first answer on it knows that no other node is there.
                try await broker.probe()
                var seqs: [Int] = []
                for start in stride(from: 0, to: count, by: 500) {
                    let results = await broker.publish(try self.drafts(start..<start + 500))
                    seqs += results.compactMap { try? $0.get().position.seq }
                }
                #expect(seqs == Array(1...count))
                var bytes = 0
                for name in try await broker.command("KEYS", "chat:{lobby}:keys:*").array ?? [] {
                    let key = try #require(name.string)
                    let encoding = try await broker.command("OBJECT", "ENCODING", key).string
                    #expect(["listpack", "ziplist"].contains(encoding))
                    #expect(try await broker.command("TTL", key).integer ?? 0 > 86_400)
                    bytes += try await broker.command("MEMORY", "USAGE", key, "SAMPLES", "0").integer ?? 0
                }
                #expect(bytes <= 40 * count, "\(bytes / count) bytes a key")
                for start in stride(from: 0, to: count, by: 500) {
                    let again = await broker.publish(try self.drafts(start..<start + 500)).map { try? $0.get() }
                    #expect(again.map { $0?.isDuplicate } == again.map { _ in true })
                    #expect(again.map { $0?.position.seq } == Array(seqs[start..<start + 500]))
                }
            }
        }
    }

    @Test func `keys that a client chose for their digests are spread like any`() async throws {
        var chosen: [Draft] = []
        var number = 0
        while chosen.count < 400 {
            number += 1
            let key = try IdempotencyKey("\(number)")
            let digest = key.digest(of: self.mina.id).getInteger(at: 0, as: UInt32.self) ?? 1
            if digest.isMultiple(of: 16) { chosen.append(self.draft(key)) }
        }
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                try await broker.probe()
                for result in await broker.publish(chosen) { #expect(try result.get().isDuplicate == false) }
                for name in try await broker.command("KEYS", "chat:{lobby}:keys:*").array ?? [] {
                    let count = try await broker.command("HLEN", try #require(name.string)).integer
                    #expect(count ?? 0 < 128)
                }
            }
        }
    }

    /// What no node writes; the window is one that may be now, for all that Redis knows.
    private static let oddCounts = [
        "", "x", "-1 -1", "1e999", "\(WallClock.milliseconds() / 43_200_000) 9\(String(repeating: "9", count: 400))",
    ]

    @Test(arguments: Self.oddCounts)
    func `counts that no node wrote harm nobody`(counts: String) async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                try await broker.probe()
                for result in await broker.publish(try self.drafts(0..<2)) { _ = try result.get() }
                _ = try await broker.command("HSET", "chat:{lobby}:meta", "keys", counts)
                for result in await broker.publish(try self.drafts(2..<4)) {
                    #expect(try result.get().isDuplicate == false)
                }
            }
        }
    }

    @Test func `a key is found until its window is over`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server, configure: { $0.limits.log.deduplication = .seconds(3600) }) { broker in
                try await broker.probe()
                _ = await broker.publish(try self.drafts(0..<1))
                let key = try #require(try await broker.command("KEYS", "chat:{lobby}:keys:*").array?.first?.string)
                let name = try #require(try await broker.command("HKEYS", key).array?.first?.bytes)
                for (age, isDuplicate) in [(3_500_000, true), (3_700_000, false)] {
                    let time = WallClock.milliseconds() - age
                    var command = RedisCommand("HSET", key)
                    command.append(name)
                    var record = ByteBuffer()
                    record.writeInteger(UInt16(0))
                    record.writeInteger(UInt32(1))
                    record.writeInteger(UInt16(time >> 32))
                    record.writeInteger(UInt32(truncatingIfNeeded: time))
                    command.append(record)
                    _ = try await broker.perform(RedisRequest(command))
                    let receipt = try #require(try await broker.publish(self.drafts(0..<1)).first?.get())
                    #expect(receipt.isDuplicate == isDuplicate)
                }
            }
        }
    }

    @Test func `a guest's session is kept for hours, and as long as any once it is used`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                func seconds() async throws -> Int? { try await broker.command("TTL", "chat:session:hash").integer }
                try await broker.saveSession("hash", self.mina, isGuest: true)
                // To ask whose it is, is no use of it.
                #expect(try await broker.user(ofSession: "hash") == self.mina)
                #expect(try await seconds() ?? 0 <= 12 * 3600)
                #expect(try await broker.session("hash") == self.mina)
                #expect(try await seconds() ?? 0 > 29 * 86_400)
                try await broker.saveSession("hash", self.mina, isGuest: false)
                #expect(try await seconds() ?? 0 > 29 * 86_400)
            }
        }
    }
}
