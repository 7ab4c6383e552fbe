import BrokerContract
import ChatCore
import TestSupport
import Testing

@testable import ChatRedis

/// Nodes that are told by sentinels where Redis is: a real primary, a real replica, three real sentinels.
@Suite("Sentinels", .patience)
struct SentinelTests {
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

    /// Sends a message again, with its key, until it is stored.
    private func publish(_ key: String, _ broker: RedisBroker) async throws -> Receipt {
        var receipt: Receipt?
        try await eventually {
            receipt = try? await broker.publish([try self.draft(key)]).first?.get()
            return receipt != nil
        }
        return try #require(receipt)
    }

    private func withNode(
        _ group: SentinelGroup,
        log: RecordedLog? = nil,
        configure: (inout RedisConfiguration) -> Void = { _ in },
        _ body: (RedisBroker) async throws -> Void
    ) async throws {
        let url = try RedisURL(group.url)
        let change = { (configuration: inout RedisConfiguration) in
            configuration.url = url
            configuration.patience = .seconds(1)
            configuration.sentinelInterval = .milliseconds(100)
            configure(&configuration)
        }
        try await withBroker(group.primary, log: log, configure: change, body)
    }

    @Test func `a node follows the primary, and its subscriptions do`() async throws {
        try await SentinelGroup.with { group in
            let log = RecordedLog()
            try await self.withNode(group, log: log) { broker in
                let subscriber = CollectingSubscriber()
                try await eventually { (try? await broker.subscribe(self.room, subscriber)) != nil }
                for number in 1...3 { _ = try await self.publish("a\(number)", broker) }
                try await group.replica.catchUp(with: group.primary)
                // The former primary lives on as a replica, with the connections of the node open.
                try await group.failOver()
                for number in 1...3 { _ = try await self.publish("b\(number)", broker) }
                let seqs = try await subscriber.publications(6, in: self.room).map(\.position.seq)
                #expect(seqs == Array(1...6))
                try await eventually {
                    (try? await broker.log(self.room, after: 0, limit: 10).publications.count) == 6
                }
                // It is the new primary that has them.
                let length = try await group.replica.reply(to: "XLEN chat:{래블업}:log").integer
                #expect(length == 6)
                let moved = "the sentinels name another primary primary=127.0.0.1:\(group.replica.port)"
                #expect(log.lines.contains(moved), "\(log.lines)")
            }
        }
    }

    @Test func `when the primary dies the next one is used, and nothing that a replica confirmed is lost`() async throws
    {
        try await SentinelGroup.with(downAfter: 1000) { group in
            try await self.withNode(group, configure: { $0.replicas = 1 }) { broker in
                let subscriber = CollectingSubscriber()
                try await eventually { (try? await broker.subscribe(self.room, subscriber)) != nil }
                for number in 1...10 { _ = try await self.publish("a\(number)", broker) }
                group.primary.kill()
                // Nobody confirms while the only replica is the primary.
                try await eventually {
                    guard case .failure(let error) = await broker.publish([try self.draft("b")]).first else {
                        return false
                    }
                    return error.code == .unconfirmed
                }
                let page = try await eventually(get: { try? await broker.log(self.room, after: 0, limit: 20) })
                #expect(page.publications.map(\.position.seq).prefix(10) == Array(1...10)[...])
                let seqs = try await subscriber.publications(11, in: self.room).map(\.position.seq)
                #expect(seqs == Array(1...11))
            }
        }
    }

    @Test func `a node that starts with one sentinel left finds the primary`() async throws {
        try await SentinelGroup.with { group in
            for sentinel in group.sentinels.dropLast() { sentinel.kill() }
            try await self.withNode(group) { broker in
                _ = try await self.publish("a", broker)
                try await eventually { (try? await broker.probe()) != nil }
            }
        }
    }

    @Test func `over TLS, sentinels are asked and the primary that they name is followed`() async throws {
        try await RedisTLS.with { tls in
            try await SentinelGroup.with(tls: tls) { group in
                let rules = try tls.rules()
                try await self.withNode(group, configure: { $0.tls = rules }) { broker in
                    let subscriber = CollectingSubscriber()
                    try await eventually { (try? await broker.subscribe(self.room, subscriber)) != nil }
                    _ = try await self.publish("a", broker)
                    try await group.replica.catchUp(with: group.primary)
                    try await group.failOver()
                    _ = try await self.publish("b", broker)
                    let seqs = try await subscriber.publications(2, in: self.room).map(\.position.seq)
                    #expect(seqs == [1, 2])
                }
                // Whoever trusts nobody does not even ask the sentinels.
                try await self.withNode(group) { broker in
                    try await eventually {
                        do throws(BrokerError) {
                            try await broker.probe()
                            return false
                        } catch {
                            return error.reason.hasSuffix("the certificate of Redis is not trusted (--redis-ca)")
                        }
                    }
                }
            }
        }
    }

    @Test func `what is wrong with the sentinels is told`() async throws {
        try await SentinelGroup.with(password: "open") { group in
            let wrongName = try RedisURL(group.url.replacing("/\(SentinelGroup.name)", with: "/other"))
            let faults: [(String, (inout RedisConfiguration) -> Void)] = [
                ("a sentinel cannot be asked: Redis wants a password", { _ in }),
                (
                    "a sentinel cannot be asked: Redis refused the user name or password",
                    { $0.sentinelLogIn.password = .init("wrong") }
                ),
                (
                    "a sentinel knows no primary of this name",
                    {
                        $0.sentinelLogIn.password = .init("open")
                        $0.url = wrongName
                    }
                ),
            ]
            for (reason, change) in faults {
                let configure = { (configuration: inout RedisConfiguration) in
                    configuration.connectTimeout = .seconds(1)
                    change(&configuration)
                }
                try await self.withNode(group, configure: configure) { broker in
                    try await eventually {
                        do throws(BrokerError) {
                            try await broker.probe()
                            return false
                        } catch {
                            return error.reason == reason
                        }
                    }
                }
            }
            try await self.withNode(group, configure: { $0.sentinelLogIn.password = .init("open") }) { broker in
                _ = try await self.publish("a", broker)
            }
        }
    }
}
