import ChatCore
import NIOCore
import Testing

@testable import ChatRedis

@Suite("How an endpoint is, and what is news of it", .patience)
struct EndpointHealthTests {
    private var health = EndpointHealth()
    private let now = NIODeadline.uptimeNanoseconds(0)
    private let password = BrokerError(redis: "WRONGPASS no")

    @Test
    mutating func `connections that come to stand one by one are no news until all of them do`() {
        #expect(self.health.changed(isUp: false, lost: nil, self.now) == .none)
        #expect(self.health.status == .starting)
        #expect(self.health.changed(isUp: true, lost: nil, self.now) == .connected)
        #expect(self.health.changed(isUp: true, lost: nil, self.now) == .none)
        #expect(self.health.reason == nil)
    }

    @Test
    mutating func `a loss is told once, and again for each new reason`() {
        _ = self.health.changed(isUp: true, lost: nil, self.now)
        #expect(self.health.changed(isUp: false, lost: .wasLost, self.now) == .lost(.wasLost, isLogged: true))
        #expect(self.health.changed(isUp: false, lost: .wasLost, self.now) == .none)
        #expect(self.health.changed(isUp: false, lost: nil, self.now) == .none)
        #expect(self.health.changed(isUp: false, lost: self.password, self.now) == .lost(self.password, isLogged: true))
        #expect(self.health.reason == self.password)
        // The log was told of this reason a moment ago; people are told of the change.
        #expect(self.health.changed(isUp: false, lost: .wasLost, self.now) == .lost(.wasLost, isLogged: false))
        #expect(self.health.changed(isUp: true, lost: nil, self.now) == .regained)
        #expect(self.health.reason == nil)
    }

    @Test
    mutating func `a Redis that is absent at the start is told as lost`() {
        #expect(self.health.changed(isUp: false, lost: .isAway, self.now) == .lost(.isAway, isLogged: true))
        #expect(self.health.changed(isUp: true, lost: nil, self.now) == .regained)
    }

    @Test
    mutating func `what is lost while it is being shut down is no news`() {
        _ = self.health.changed(isUp: true, lost: nil, self.now)
        self.health.stop()
        #expect(self.health.changed(isUp: false, lost: .wasLost, self.now) == .none)
        #expect(self.health.changed(isUp: true, lost: nil, self.now) == .none)
    }
}

@Suite("Which Redis the connections lead to", .patience)
struct EndpointIdentityTests {
    private var identity = EndpointIdentity()

    private func introduction(_ process: String, run: String = "r1") -> RedisIntroduction {
        RedisIntroduction(process: process, run: run, evictionPolicy: "noeviction", layout: 2, isReplica: false)
    }

    @Test
    mutating func `connections that lead elsewhere than a newer one are strays`() {
        #expect(self.identity.introduced(self.introduction("a"), on: .subscriptions) == [])
        #expect(self.identity.introduced(self.introduction("a"), on: .commands) == [])
        #expect(Set(self.identity.introduced(self.introduction("b"), on: .log)) == [.subscriptions, .commands])
        // They are known as strays once.
        #expect(self.identity.introduced(self.introduction("b"), on: .commands) == [])
        self.identity.lost(.log)
        #expect(self.identity.introduced(self.introduction("c"), on: .subscriptions) == [.commands])
    }

    @Test
    mutating func `another run than the last is noticed over any number of connections`() {
        _ = self.identity.introduced(self.introduction("a"), on: .commands)
        #expect(self.identity.begin() == false)
        #expect(!self.identity.isAnother("r1") && self.identity.isAnother("r2"))
        self.identity.lost(.commands)
        #expect(!self.identity.isAnother("r2"))
        _ = self.identity.introduced(self.introduction("a"), on: .commands)
        #expect(self.identity.begin() == false)
        _ = self.identity.introduced(self.introduction("b", run: "r2"), on: .commands)
        #expect(self.identity.begin() == true)
    }

    @Test
    mutating func `a Redis that does not tell its run may be another each time, but the first`() {
        _ = self.identity.introduced(self.introduction("", run: ""), on: .commands)
        #expect(self.identity.begin() == false)
        #expect(self.identity.begin() == true)
    }

    @Test
    func `an introduction that is none is not read`() {
        let start = ["p", "r", "noeviction"].map { RedisReply.bulk(ByteBuffer(string: $0)) } + [.integer(2)]
        let alone = RedisReply.bulk(ByteBuffer())
        let whole = start + [.bulk(ByteBuffer(string: "master")), alone]
        #expect(RedisIntroduction(.array(whole)) == self.introduction("p", run: "r"))
        #expect(RedisIntroduction(.array(start + [.bulk(ByteBuffer(string: "slave")), alone]))?.isReplica == true)
        // A server that does not tell its role may be anything.
        #expect(RedisIntroduction(.array(start + [.bulk(ByteBuffer()), alone]))?.isReplica == false)
        let one = RedisReply.bulk(ByteBuffer(string: "1790000000"))
        #expect(RedisIntroduction(.array(Array(whole.dropLast()) + [one]))?.hasList == true)
        #expect(RedisIntroduction(.array(Array(whole.dropLast()))) == nil)
        #expect(RedisIntroduction(.array(whole.reversed())) == nil)
        #expect(RedisIntroduction(.status("OK")) == nil)
        #expect(RedisIntroduction(nil) == nil)
    }
}
