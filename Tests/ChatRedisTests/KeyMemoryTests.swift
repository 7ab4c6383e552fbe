import BrokerContract
import ChatCore
import ChatSystem
import Foundation
import NIOCore
import TestSupport
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

    private func drafts(_ numbers: Range<Int>, to room: RoomName? = nil) throws -> [Draft] {
        try numbers.map { try self.draft(IdempotencyKey("0123456789abcdef-\($0)"), to: room) }
    }

    private func draft(_ key: IdempotencyKey, to room: RoomName? = nil) -> Draft {
        let tail = PublicationCodec.tail(sender: self.mina, text: "x", kind: .text, key: key)
        return Draft(room: room ?? self.room, sender: self.mina.id, key: key, tail: tail)
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
            let digest = UInt32(truncatingIfNeeded: UInt64(bigEndian: key.digest(of: self.mina.id)) >> 32)
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

    @Test(arguments: [0, 1])
    func `no bucket outlives its window, also where all of it moves or nothing does`(side: Int) async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                try await broker.probe()
                _ = try await broker.publish([self.draft(IdempotencyKey("first"))]).first?.get()
                let keyring = try #require(try await broker.command("HGET", "chat:{lobby}:meta", "keyring").string)
                _ = try await broker.command("DEL", "chat:{lobby}:keys:\(keyring):\(Self.window):0")
                _ = try await broker.command("HDEL", "chat:{lobby}:meta", "keys")
                var (one, other): ([Draft], [Draft]) = ([], [])
                for draft in try self.drafts(0..<400) {
                    let isOne = try await broker.hash(draft, keyring) % 2 == side
                    if isOne { one.append(draft) } else { other.append(draft) }
                }
                // The fortieth makes a second bucket of the first.
                for draft in one.prefix(40) + other.prefix(3) + one.prefix(43).suffix(3) {
                    #expect(try await broker.publish([draft]).first?.get().isDuplicate == false)
                }
                let names = try await broker.command("KEYS", "chat:{lobby}:keys:*").array ?? []
                #expect(names.count == 2)
                for name in names {
                    #expect(try await broker.command("TTL", try #require(name.string)).integer ?? 0 > 86_400)
                }
                for draft in one.prefix(43) + other.prefix(3) {
                    #expect(try await broker.publish([draft]).first?.get().isDuplicate == true)
                }
            }
        }
    }

    /// The window of keys that is now.
    private static var window: Int { WallClock.now() / 43_200_000 }

    @Test func `a message with a key costs Redis seven commands, and each that comes with it three`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                try await broker.probe()
                let rooms = try (0..<20).map { try RoomName("room-\($0)") }
                for room in rooms + [self.room] {
                    for result in await broker.publish(try self.drafts(0..<40, to: room)) { _ = try result.get() }
                }
                // Once a minute each room renews its time to live; of two rounds, one is without that.
                var single: [String: Int] = [:]
                let (each, seldom) = (
                    ["hmget", "time", "hsetnx", "xadd", "hset", "publish"], ["hget", "hlen", "expire", "hgetall"]
                )
                for number in 40..<42 {
                    _ = try await broker.command("CONFIG", "RESETSTAT")
                    // At the same time: a slow machine is to give the node no time to say much to itself.
                    let drafts = try rooms.flatMap { try self.drafts(number..<number + 1, to: $0) }
                    for result in await broker.publish(drafts) { _ = try result.get() }
                    let statistics = try #require(try await broker.command("INFO", "commandstats").string)
                    for name in each + seldom { single[name] = min(single[name] ?? .max, statistics.calls(of: name)) }
                }
                // The node says something to itself meanwhile.
                let own = 12
                for name in each { #expect(try #require(single[name]) <= 20 + own, "\(name)") }
                for name in seldom { #expect(try #require(single[name]) < own, "\(name)") }

                _ = try await broker.command("CONFIG", "RESETSTAT")
                for result in await broker.publish(try self.drafts(60..<76)) { _ = try result.get() }
                let together = try #require(try await broker.command("INFO", "commandstats").string)
                for name in ["hsetnx", "xadd", "publish"] { #expect(together.calls(of: name) >= 16, "\(name)") }
                for name in ["hmget", "time", "hset"] { #expect(together.calls(of: name) <= 1 + own, "\(name)") }
            }
        }
    }

    @Test func `what comes before a message that cannot be stored is stored, what comes after it is not`() async throws
    {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                try await broker.probe()
                for result in await broker.publish(try self.drafts(0..<40)) { _ = try result.get() }
                // The second of two buckets: about every other key belongs there.
                let bucket = try #require(
                    try await broker.command("KEYS", "chat:{lobby}:keys:*:1").array?.first?.string
                )
                _ = try await broker.command("SET", bucket, "another program's")
                let batch = try self.drafts(40..<56)
                let results = await broker.publish(batch)
                let stored = results.prefix { (try? $0.get()) != nil }.count
                #expect(stored < 16)
                for result in results[stored...] {
                    #expect(throws: BrokerError.self) { try result.get() }
                }
                #expect(try await broker.log(self.room, after: 0, limit: 100).head == 40 + stored)

                _ = try await broker.command("DEL", bucket)
                let again = await broker.publish(batch).map { try? $0.get() }
                #expect(again.map { $0?.position.seq } == Array(41...56))
                #expect(again.map { $0?.isDuplicate } == (0..<16).map { $0 < stored })
            }
        }
    }

    @Test func `a message that the log does not take leaves its key free`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                try await broker.probe()
                _ = try await broker.publish(self.drafts(0..<1)).first?.get()
                _ = try await broker.command("RENAME", "chat:{lobby}:log", "elsewhere")
                _ = try await broker.command("SET", "chat:{lobby}:log", "no stream")
                let refused = try #require(await broker.publish(try self.drafts(1..<2)).first)
                #expect(throws: BrokerError.self) { try refused.get() }
                _ = try await broker.command("RENAME", "elsewhere", "chat:{lobby}:log")
                let receipt = try #require(try await broker.publish(self.drafts(1..<2)).first?.get())
                #expect(!receipt.isDuplicate && receipt.position.seq == 2)
            }
        }
    }

    /// What no node writes; the window is one that may be now, for all that Redis knows.
    private static let oddCounts = [
        "", "x", "-1 -1", "1e999", "\(Self.window) 9\(String(repeating: "9", count: 400))",
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
                for result in await broker.publish(try self.drafts(0..<1)) { _ = try result.get() }
                let key = try #require(try await broker.command("KEYS", "chat:{lobby}:keys:*").array?.first?.string)
                let name = try #require(try await broker.command("HKEYS", key).array?.first?.bytes)
                for (age, isDuplicate) in [(3_500_000, true), (3_700_000, false)] {
                    let time = WallClock.now() - age
                    var command = RedisCommand("HSET", key)
                    command.append(name)
                    var record = ByteBuffer()
                    record.writeInteger(UInt16(0))
                    record.writeInteger(UInt32(1))
                    record.writeInteger(UInt16(time >> 32))
                    record.writeInteger(UInt32(truncatingIfNeeded: time))
                    command.append(record)
                    _ = try await broker.perform(RedisRequest(keyless: command))
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

extension String {
    /// How often a command was run, in what `INFO commandstats` says.
    fileprivate func calls(of command: String) -> Int {
        guard let found = self.range(of: "cmdstat_\(command):calls=") else { return 0 }
        return Int(self[found.upperBound...].prefix(while: \.isNumber)) ?? 0
    }
}

extension RedisBroker {
    /// What decides on the bucket of a message's key.
    fileprivate func hash(_ draft: Draft, _ keyring: String) async throws -> Int {
        var command = RedisCommand("EVAL", "return redis.sha1hex(ARGV[1] .. ARGV[2])", "0", keyring)
        command.append(bytesOf: try #require(draft.key).digest(of: draft.sender))
        let digits = try #require(try await self.router.perform(RedisRequest(keyless: command)).string)
        return try #require(Int(digits.prefix(8), radix: 16))
    }
}
