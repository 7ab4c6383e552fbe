import ChatCore
import NIOCore
import Testing

@testable import ChatRedis

@Suite("Where the slots of a Cluster are, by its servers", .patience)
struct ClusterViewTests {
    private var view = ClusterView()
    private let one = RedisURL.Address.host("10.0.0.1", port: 6379)
    private let two = RedisURL.Address.host("10.0.0.2", port: 6379)
    private let three = RedisURL.Address.host("10.0.0.3", port: 6379)
    private let start = NIODeadline.uptimeNanoseconds(0)

    private func slot(_ number: Int) throws -> HashSlot { try #require(HashSlot(number)) }

    /// What a server says: the ranges by their owners, of which some are its own.
    private func answer(
        _ ranges: [(ClosedRange<Int>, RedisURL.Address)],
        by server: RedisURL.Address,
        epoch: Int = 1,
        ownEpoch: Int = 1,
        isServing: Bool = true
    ) -> ClusterAnswer {
        let ranges = ranges.map { ClusterAnswer.Range(slots: $0.0, owner: $0.1, isOwn: $0.1 == server) }
        return ClusterAnswer(ranges: ranges, epoch: epoch, ownEpoch: ownEpoch, isServing: isServing)
    }

    private var halves: [(ClosedRange<Int>, RedisURL.Address)] { [(0...8191, self.one), (8192...16383, self.two)] }

    private mutating func told(_ answer: ClusterAnswer, by server: RedisURL.Address) -> ClusterView.OnNews {
        self.view.told(answer, by: server, self.start)
    }

    @Test mutating func `one answer is enough, and the same from another is no news`() throws {
        #expect(self.view.owner(of: try self.slot(0)) == nil)
        guard case .changed(let slots) = self.told(self.answer(self.halves, by: self.one), by: self.one) else {
            Issue.record("nothing changed")
            return
        }
        #expect(slots.count == 16384)
        #expect(self.view.owner(of: try self.slot(8191)) == self.one)
        #expect(self.view.owner(of: try self.slot(8192)) == self.two)
        #expect(self.told(self.answer(self.halves, by: self.two), by: self.two) == .none)
    }

    @Test mutating func `the owner of a slot is believed before those that have not heard of it`() throws {
        for server in [self.one, self.two] {
            _ = self.told(self.answer(self.halves, by: server, epoch: 3, ownEpoch: 1), by: server)
        }
        // Whoever takes a slot has a newer number than its former owner.
        let moved = [(0...8191, self.one), (8192...16382, self.two), (16383...16383, self.three)]
        let news = self.told(self.answer(moved, by: self.three, epoch: 3, ownEpoch: 3), by: self.three)
        #expect(news == .changed([try self.slot(16383)]))
        for server in [self.two, self.one] {
            #expect(self.told(self.answer(moved, by: server, epoch: 3, ownEpoch: 1), by: server) == .none)
        }
    }

    @Test mutating func `of two that both claim a slot the one that got it later has it`() throws {
        for (server, epoch) in [(self.one, 3), (self.two, 4)] {
            let all = [(0...16383, server)]
            _ = self.told(self.answer(all, by: server, epoch: 4, ownEpoch: epoch), by: server)
        }
        #expect(self.view.owner(of: try self.slot(7)) == self.two)
    }

    @Test mutating func `the newest failover counts, whoever knows of it`() throws {
        for server in [self.one, self.two] { _ = self.told(self.answer(self.halves, by: server), by: server) }
        // The first was cut off, and another one has its slots.
        let after = [(0...8191, self.three), (8192...16383, self.two)]
        guard case .changed(let slots) = self.told(self.answer(after, by: self.two, epoch: 2), by: self.two) else {
            Issue.record("nothing changed")
            return
        }
        #expect(slots.count == 8192)
        #expect(self.view.owner(of: try self.slot(0)) == self.three)
        // It says the same as before.
        #expect(self.told(self.answer(self.halves, by: self.one), by: self.one) == .none)
    }

    @Test mutating func `a server that serves nothing is not believed while another serves`() throws {
        _ = self.told(self.answer(self.halves, by: self.one, isServing: false), by: self.one)
        #expect(self.view.owner(of: try self.slot(0)) == self.one)
        let after = [(0...16383, self.two)]
        _ = self.told(self.answer(after, by: self.two), by: self.two)
        #expect(self.view.owner(of: try self.slot(0)) == self.two)
    }

    @Test mutating func `a redirection counts for a while`() throws {
        _ = self.told(self.answer(self.halves, by: self.one), by: self.one)
        let slot = try self.slot(5)
        #expect(self.view.redirected(slot, to: self.two, self.start) == .changed([slot]))
        #expect(self.view.redirected(slot, to: self.two, self.start) == .none)
        // An answer that was on its way.
        #expect(self.told(self.answer(self.halves, by: self.two), by: self.two) == .none)
        #expect(self.view.owner(of: slot) == self.two)
        let later = self.start + ClusterView.redirectionCounts
        #expect(self.view.tick(later - .nanoseconds(1)) == .none)
        #expect(self.view.tick(later) == .changed([slot]))
        #expect(self.view.owner(of: slot) == self.one)
    }

    @Test mutating func `who cannot be asked has moved nothing`() throws {
        _ = self.told(self.answer(self.halves, by: self.one), by: self.one)
        #expect(self.view.lost(self.one, self.start) == .none)
        #expect(self.view.lost(self.two, self.start) == .none)
        #expect(self.view.owner(of: try self.slot(0)) == self.one)
        // Nobody speaks of the other half: it stays where it was.
        _ = self.told(self.answer([(0...8191, self.three)], by: self.three), by: self.three)
        #expect(self.view.owner(of: try self.slot(0)) == self.three)
        #expect(self.view.owner(of: try self.slot(9000)) == self.two)
    }

    @Test mutating func `servers that come and go for years are not remembered`() throws {
        for number in 1...3 * ClusterView.mostServers {
            let server = RedisURL.Address.host("redis-\(number)", port: 6379)
            let slot = try self.slot(0)
            _ = self.view.redirected(slot, to: server, self.start)
            if number.isMultiple(of: 100) { _ = self.view.tick(self.start + ClusterView.redirectionCounts) }
            #expect(self.view.owner(of: slot) == server)
            #expect(self.view.servers.count <= ClusterView.mostServers)
        }
    }

    // MARK: The replies

    private func bulk(_ text: String) -> RedisReply { .bulk(ByteBuffer(string: text)) }

    private func entry(_ first: Int, _ last: Int, _ host: RedisReply, _ port: Int, _ id: String) -> RedisReply {
        let replica = RedisReply.array([self.bulk("10.0.0.9"), .integer(7009), self.bulk("r"), .array([])])
        let primary = RedisReply.array([host, .integer(port), self.bulk(id), .array([self.bulk("hostname")])])
        return .array([.integer(first), .integer(last), primary, replica])
    }

    private var info: RedisReply {
        self.bulk("cluster_state:ok\r\ncluster_current_epoch:7\r\ncluster_my_epoch:3\r\n")
    }

    @Test func `slots are with their primaries, under the names that these announce`() throws {
        let slots = RedisReply.array([
            self.entry(0, 100, self.bulk("redis-1.example"), 7001, "me"), self.entry(101, 200, .null, 7002, "you"),
            self.entry(201, 300, self.bulk(""), 7003, "they"), self.entry(301, 400, self.bulk("?"), 7004, "who"),
        ])
        let answer = try #require(ClusterAnswer([self.bulk("me"), self.info, slots], from: self.one))
        #expect(
            answer.ranges == [
                .init(slots: 0...100, owner: .host("redis-1.example", port: 7001), isOwn: true),
                .init(slots: 101...200, owner: .host("10.0.0.1", port: 7002), isOwn: false),
                .init(slots: 201...300, owner: .host("10.0.0.1", port: 7003), isOwn: false),
            ]
        )
        #expect(answer.epoch == 7 && answer.ownEpoch == 3 && answer.isServing)
    }

    @Test func `what is no answer is none, and a wrong range is left out`() throws {
        let id = self.bulk("me")
        #expect(ClusterAnswer([id, self.info], from: self.one) == nil)
        #expect(ClusterAnswer([id, .error("ERR"), .array([])], from: self.one) == nil)
        #expect(ClusterAnswer([id, self.bulk("cluster_state:ok"), .array([])], from: self.one) == nil)
        #expect(ClusterAnswer([id, self.info, .null], from: self.one) == nil)
        let wrong: [RedisReply] = [
            .null, .array([]), self.entry(-1, 3, self.bulk("a"), 1, "x"), self.entry(5, 3, self.bulk("a"), 1, "x"),
            self.entry(0, 16384, self.bulk("a"), 1, "x"), self.entry(0, 1, self.bulk("a"), 0, "x"),
            self.entry(0, 1, self.bulk("a"), 65536, "x"), .array([.integer(0), .integer(1), .array([])]),
        ]
        let answer = try #require(ClusterAnswer([id, self.info, .array(wrong)], from: self.one))
        #expect(answer.ranges.isEmpty)
    }
}

@Suite("The health of several servers", .patience)
struct ServersHealthTests {
    private var health = ServersHealth()
    private let one = RedisEndpoint.ID(number: 1)
    private let two = RedisEndpoint.ID(number: 2)

    @Test mutating func `all is well when every server is`() {
        #expect(self.health.changed(.degraded, of: self.one) == true)
        #expect(self.health.changed(.degraded, of: self.two) == true)
        #expect(self.health.changed(.ok, of: self.one) == false)
        #expect(self.health.changed(.ok, of: self.two) == true)
        #expect(self.health.changed(.ok, of: self.two) == false)
    }

    @Test mutating func `a server that is used no more is no matter`() {
        #expect(self.health.ended(self.one) == false)
        #expect(self.health.changed(.degraded, of: self.one) == true)
        #expect(self.health.ended(self.one) == true)
    }
}
