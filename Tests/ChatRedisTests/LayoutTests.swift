import ChatCore
import Foundation
import NIOCore
import NIOPosix
import Testing
import TestSupport

@testable import ChatRedis

/// What a server of the first layout left in Redis, or still does there (docs/PROTOCOL.md, section 9).
@Suite("Layouts of the data in Redis", .patience)
struct LayoutTests {
    private let room: RoomName
    private let mina: User

    init() throws {
        self.room = try RoomName("lobby")
        self.mina = User(id: UserID("u1"), name: try UserName("Mina"))
    }

    private func draft(_ key: String, of sender: User? = nil, in room: RoomName? = nil) throws -> Draft {
        let key = try IdempotencyKey(key)
        let user = sender ?? self.mina
        let tail = PublicationCodec.tail(sender: user, text: "x", kind: .text, key: key)
        return Draft(room: room ?? self.room, sender: user.id, key: key, tail: tail)
    }

    /// Puts into Redis what a server before 0.1.0 had there when it was killed: two rooms with messages and members, keys, sessions.
    private func fill(_ server: RedisServerProcess) async throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Vectors/redis-layout-1.ndjson")
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
            try await server.operate(try JSONDecoder().decode([String].self, from: Data(line.utf8)))
        }
    }

    @Test(arguments: ["lobby", "래블업"])
    func `logs, keys, sessions and members of the first layout are taken over`(name: String) async throws {
        let room = try RoomName(name)
        let session = "72a00ab7a14626c247e55e682c8ef3eea627d51c87a86d2a47302db3ed4e1a36"
        try await RedisServerProcess.with { server in
            try await self.fill(server)
            try await withBroker(server) { broker in
                let page = try await broker.log(room, after: 0, limit: 10)
                #expect(page.publications.count == page.head && page.head > 1)
                for old in page.publications {
                    let message = try JSONValue(old.payload)
                    let id = UserID(try #require(message["from"]?["id"]?.string))
                    let sender = User(id: id, name: .guest(id))
                    let key = try #require(message["key"]?.string)
                    let receipt = try #require(
                        try await broker.publish([self.draft(key, of: sender, in: room)]).first?.get()
                    )
                    #expect(receipt.isDuplicate && receipt.position == old.position)
                    #expect(receipt.time == old.position.time)
                }
                let news = try await broker.publish([self.draft("new", in: room), self.draft("new", in: room)])
                #expect(try news.map { try $0.get().position.seq } == [page.head + 1, page.head + 1])
                #expect(try news.map { try $0.get().isDuplicate } == [false, true])
                // Nobody has to be told anything: the log goes on.
                let log = try await broker.log(room, after: 0, limit: 10)
                for publication in log.publications {
                    let position = publication.position
                    for time in [nil, position.time] {
                        #expect(log.proves(LogPosition(epoch: page.epoch, seq: position.seq, time: time)))
                    }
                }
                #expect(try await broker.session(session)?.name.rawValue == "민아")
                // Its server is dead, and so are the leases of its members.
                #expect(try await broker.members(room, cursor: nil, limit: 10).count == 0)
            }
        }
    }

    @Test func `while a server of the first layout is there, it finds the keys too`() async throws {
        try await RedisServerProcess.with { server in
            let older = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(.patient)
                .connect(host: "127.0.0.1", port: server.port).get()
            try await older.writeAndFlush(ByteBuffer(string: "SUBSCRIBE chat:control\r\n"))
            try await eventually { try await server.operate("PUBSUB NUMSUB chat:control").contains(":1") }
            try await withBroker(server) { broker in
                try await broker.probe()
                #expect(await broker.legacyNodes == .present)
                for result in await broker.publish([try self.draft("k1")]) { _ = try result.get() }
                #expect(try await server.operate("EXISTS chat:{lobby}:keys:2:u1:k1") == ":1\r\n")
                try await older.close()
                try await eventually { await broker.legacyNodes != .present }
                #expect(await broker.legacyNodes == .remembered)
                for result in await broker.publish([try self.draft("k2")]) { _ = try result.get() }
                #expect(try await server.operate("EXISTS chat:{lobby}:keys:2:u1:k2") == ":0\r\n")
                for key in ["k1", "k2"] {
                    #expect(try await broker.publish([self.draft(key)]).first?.get().isDuplicate == true)
                }
            }
        }
    }

    @Test(arguments: [true, false])
    func `who finds Redis empty need not reckon with what an older server has left there`(isEmpty: Bool) async throws {
        try await RedisServerProcess.with { server in
            if !isEmpty { try await server.operate("SET chat:{lobby}:keys:2:u1:k1 x") }
            // The second server finds what the first one has begun.
            for _ in 1...2 {
                try await withBroker(server) { broker in
                    try await broker.probe()
                    try await eventually { await broker.legacyNodes != .present }
                    #expect(await broker.legacyNodes == (isEmpty ? .gone : .remembered))
                }
            }
        }
    }

    @Test func `data of a newer layout are not touched`() async throws {
        try await RedisServerProcess.with { server in
            try await server.operate("HSET chat:layout version 3")
            let reason = BrokerError.isOfLayout(3, known: 2)
            #expect(reason.reason.contains("layout 3 and this server knows 2"))
            await #expect(throws: reason) { try await withBroker(server) { try await $0.untilRefused() } }
            #expect(try await server.operate("DBSIZE") == ":2\r\n")
        }
    }
}

extension RedisBroker {
    /// Returns when it has found data that it cannot use.
    fileprivate func untilRefused() async throws {
        while self.router.all[0].refusal == nil { try await Task.sleep(for: .milliseconds(10)) }
    }
}
