import NIOCore
import Testing

@testable import ChatRedis

@Suite("Where the primary is, by its sentinels", .patience)
struct PrimaryViewTests {
    private var view = PrimaryView()
    private let old = RedisURL.Address.host("10.0.0.1", port: 6379)
    private let new = RedisURL.Address.host("10.0.0.2", port: 6379)

    @Test mutating func `the first answer names it, and the same one again is no news`() {
        #expect(self.view.told(.init(address: self.old, failover: 3), by: 0) == .found(self.old))
        #expect(self.view.told(.init(address: self.old, failover: 3), by: 1) == .none)
        #expect(self.view.told(nil, by: 2) == .none)
        #expect(self.view.primary == self.old)
    }

    @Test mutating func `the newest failover counts, whoever knows of it first`() {
        for sentinel in 0..<3 { _ = self.view.told(.init(address: self.old, failover: 3), by: sentinel) }
        #expect(self.view.told(.init(address: self.new, failover: 4), by: 1) == .moved(to: self.new))
        // The others have not heard of it yet, and one may be cut off.
        #expect(self.view.told(.init(address: self.old, failover: 3), by: 0) == .none)
        #expect(self.view.told(.init(address: self.new, failover: 4), by: 2) == .none)
        #expect(self.view.primary == self.new)
    }

    @Test
    mutating func `of two addresses after one failover that of more sentinels counts, then the present one`() {
        #expect(self.view.told(.init(address: self.old, failover: 4), by: 0) == .found(self.old))
        #expect(self.view.told(.init(address: self.new, failover: 4), by: 1) == .none)
        #expect(self.view.told(.init(address: self.new, failover: 4), by: 2) == .moved(to: self.new))
        #expect(self.view.lost(2) == .none)
    }

    @Test mutating func `sentinels that were set up anew begin with small numbers, and are believed`() {
        for sentinel in 0..<2 { _ = self.view.told(.init(address: self.old, failover: 9), by: sentinel) }
        #expect(self.view.told(.init(address: self.new, failover: 0), by: 0) == .none)
        #expect(self.view.told(.init(address: self.new, failover: 0), by: 1) == .moved(to: self.new))
    }

    @Test mutating func `when none can be asked the primary stays the one that they named last`() {
        _ = self.view.told(.init(address: self.old, failover: 3), by: 0)
        #expect(self.view.lost(0) == .none)
        #expect(self.view.primary == self.old)
        #expect(self.view.told(.init(address: self.new, failover: 4), by: 0) == .moved(to: self.new))
    }

    // MARK: The replies

    private func bulk(_ texts: [String]) -> RedisReply { .array(texts.map { .bulk(ByteBuffer(string: $0)) }) }

    @Test func `the two replies of a sentinel are an answer`() {
        let question = SentinelQuestion(name: "chat")
        let place = self.bulk(["redis-2.example", "6380"])
        let fields = self.bulk(["name", "config-epoch", "ip", "10.0.0.1", "config-epoch", "12"])
        let answer = PrimaryView.Answer(address: .host("redis-2.example", port: 6380), failover: 12)
        #expect(question.answer([place, fields]) == answer)
    }

    @Test func `what is no answer is none`() {
        let question = SentinelQuestion(name: "chat")
        let fields = self.bulk(["config-epoch", "12"])
        let places: [RedisReply] = [
            .null, .error("ERR"), .array([]), self.bulk(["h"]), self.bulk(["", "1"]), self.bulk(["h", "0"]),
            self.bulk(["h", "65536"]), self.bulk(["h", "x"]), .array([.integer(1), .integer(2)]),
        ]
        for place in places { #expect(question.answer([place, fields]) == nil) }
        let place = self.bulk(["h", "1"])
        for wrong in [.null, .error("ERR No such master with that name"), self.bulk([]), self.bulk(["config-epoch"])] {
            #expect(question.answer([place, wrong]) == nil)
        }
        #expect(question.answer([place]) == nil)
    }
}
