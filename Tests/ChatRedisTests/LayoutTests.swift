import ChatCore
import NIOCore
import NIOPosix
import Testing

@testable import ChatRedis

/// What a server of the first layout left in Redis, or still does there (docs/PROTOCOL.md, section 9).
@Suite("Layouts of the data in Redis", .patience)
struct LayoutTests {
    private let room: RoomName
    private let mina: User
    private let epoch = "abcdefgh1234"

    init() throws {
        self.room = try RoomName("lobby")
        self.mina = User(id: UserID("u1"), name: try UserName("Mina"))
    }

    private func draft(_ key: String) throws -> Draft {
        let key = try IdempotencyKey(key)
        let tail = PublicationCodec.tail(sender: self.mina, text: "x", kind: .text, key: key)
        return Draft(room: self.room, sender: self.mina.id, key: key, tail: tail)
    }

    /// What 0.1.0 writes for a room with three messages, for the key of the second one, and for a session.
    private func fill(_ server: RedisServerProcess) async throws {
        for seq in 1...3 {
            let place = #""epoch":"\#(self.epoch)","seq":\#(seq),"time":\#(1000 + seq)"#
            let event = #"{"type":"message","room":"lobby",\#(place),"text":""}"#
            try await server.operate("XADD chat:{lobby}:log \(seq)-0 event '\(event)'")
        }
        try await server.operate("HSET chat:{lobby}:meta epoch \(self.epoch) seq 3 time 1003")
        try await server.operate("SET chat:{lobby}:keys:2:u1:k2 '\(self.epoch) 2 1002' EX 86400")
        try await server.operate("HSET chat:session:hash id u1 name Mina")
    }

    @Test func `logs, keys and sessions of the first layout are taken over`() async throws {
        try await RedisServerProcess.with { server in
            try await self.fill(server)
            try await withBroker(server) { broker in
                let page = try await broker.log(self.room, after: 0, limit: 10)
                #expect(page.publications.map(\.position.time) == [1001, 1002, 1003])
                let results = await broker.publish([try self.draft("k2"), try self.draft("k4"), try self.draft("k4")])
                let receipts = try results.map { try $0.get() }
                #expect(receipts.map(\.isDuplicate) == [true, false, true])
                #expect(receipts.map(\.position.seq) == [2, 4, 4])
                #expect(receipts[0].time == 1002 && receipts[0].position.epoch.rawValue == self.epoch)
                // Nobody has to be told anything: the log goes on.
                for seq in 1...3 {
                    for time in [nil, 1000 + seq] {
                        let position = LogPosition(epoch: page.epoch, seq: seq, time: time)
                        #expect(try await broker.log(self.room, after: 0, limit: 10).proves(position))
                    }
                }
                #expect(try await broker.session("hash") == self.mina)
            }
        }
    }

    @Test func `while a server of the first layout is there, it finds the keys too`() async throws {
        try await RedisServerProcess.with { server in
            let older = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: server.port).get()
            try await older.writeAndFlush(ByteBuffer(string: "SUBSCRIBE chat:control\r\n"))
            while try await !server.operate("PUBSUB NUMSUB chat:control").contains(":1") {}
            try await withBroker(server) { broker in
                try await broker.probe()
                #expect(await broker.legacyNodes == .present)
                _ = await broker.publish([try self.draft("k1")])
                #expect(try await server.operate("EXISTS chat:{lobby}:keys:2:u1:k1") == ":1\r\n")
                try await older.close()
                while await broker.legacyNodes == .present { try await Task.sleep(for: .milliseconds(50)) }
                #expect(await broker.legacyNodes == .remembered)
                _ = await broker.publish([try self.draft("k2")])
                #expect(try await server.operate("EXISTS chat:{lobby}:keys:2:u1:k2") == ":0\r\n")
                for key in ["k1", "k2"] {
                    #expect(try await broker.publish([self.draft(key)]).first?.get().isDuplicate == true)
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
        while self.refusal == nil { try await Task.sleep(for: .milliseconds(10)) }
    }
}
