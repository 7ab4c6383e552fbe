import BrokerContract
import ChatCore
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import ChatRedis

@Suite("Subscriptions that answer and bring nothing", .patience)
struct HearingTests {
    private let room: RoomName
    private let mina: User

    init() throws {
        self.room = try RoomName("lobby")
        self.mina = User(id: UserID("u1"), name: try UserName("Mina"))
    }

    private func send(_ number: Int, _ broker: RedisBroker) async throws -> Receipt {
        let key = try IdempotencyKey("k\(number)")
        let tail = PublicationCodec.tail(sender: self.mina, text: "\(number)", kind: .text, key: key)
        let draft = Draft(room: self.room, sender: self.mina.id, key: key, tail: tail)
        return try await eventually(get: { try? await broker.publish([draft]).first?.get() })
    }

    /// Runs a broker that reaches Redis by a relay, with somebody in the room.
    private func withRelay(
        _ server: RedisServerProcess,
        answerTimeout: Duration = .seconds(2),
        _ body: (RedisBroker, TCPRelay, CollectingSubscriber) async throws -> Void
    ) async throws {
        try await TCPRelay.with(server) { relay in
            let url = try RedisURL(relay.url)
            let configure = { (configuration: inout RedisConfiguration) in
                configuration.url = url
                configuration.liveness.pingInterval = .milliseconds(200)
                configuration.liveness.answerTimeout = answerTimeout
                // Far longer than the test may take: nothing else may make it good.
                configuration.headCheckInterval = .seconds(3600)
            }
            try await withBroker(server, configure: configure) { broker in
                let subscriber = CollectingSubscriber()
                broker.attach(subscriber)
                // So short a time-out a busy machine may outlast, but not every time.
                _ = try await eventually(get: { try? await broker.subscribe(self.room, subscriber) })
                for number in 1...3 { _ = try await self.send(number, broker) }
                _ = try await subscriber.publications(3, in: self.room)
                try await body(broker, relay, subscriber)
            }
        }
    }

    @Test func `one that stayed at the old primary is made again`() async throws {
        try await RedisServerProcess.with { primary in
            try await RedisServerProcess.with(["--replicaof", "127.0.0.1", "\(primary.port)"]) { replica in
                try await self.withRelay(primary) { broker, relay, subscriber in
                    try await replica.catchUp(with: primary)
                    try await replica.operate("REPLICAOF NO ONE")
                    relay.lead(to: replica)
                    relay.blackhole(.commands)
                    #expect(try await self.send(4, broker).position.seq == 4)
                    let received = try await subscriber.publications(4, in: self.room)
                    #expect(received.map(\.position.seq) == [1, 2, 3, 4])
                    #expect(subscriber.events.resets(in: self.room).isEmpty)
                    // A machine may be so busy that it counts as dead before it is found out.
                    try await eventually {
                        let counters = await broker.counters
                        return counters.strayConnections > 0 || counters.lostConnections > 1
                    }
                }
            }
        }
    }

    @Test func `one that answers PING and brings nothing is made again`() async throws {
        try await RedisServerProcess.with { server in
            // What is swallowed may have an answer to a PING in it: that is not to be what tells.
            try await self.withRelay(server, answerTimeout: .seconds(3600)) { broker, relay, subscriber in
                relay.swallowPublications()
                #expect(try await self.send(4, broker).position.seq == 4)
                let received = try await subscriber.publications(4, in: self.room)
                #expect(received.map(\.position.seq) == [1, 2, 3, 4])
                // The log may have told sooner.
                try await eventually { await broker.counters.deafConnections > 0 }
            }
        }
    }

    @Test func `one that answers PING and confirms nothing is made again`() async throws {
        try await RedisServerProcess.with { server in
            try await self.withRelay(server, answerTimeout: .seconds(3600)) { broker, relay, subscriber in
                relay.swallowConfirmations()
                relay.cut(.subscriptions)
                try await eventually { await broker.counters.deafConnections > 0 }
                relay.heal()
                #expect(try await self.send(4, broker).position.seq == 4)
                let received = try await subscriber.publications(4, in: self.room)
                #expect(received.map(\.position.seq) == [1, 2, 3, 4])
                try await eventually { (try? await broker.probe()) != nil }
            }
        }
    }
}
