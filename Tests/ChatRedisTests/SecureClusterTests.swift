import BrokerContract
import ChatCore
import TestSupport
import Testing

@testable import ChatRedis

/// Nodes on real Clusters that speak TLS, with nodes and with each other.
@Suite("Clusters over TLS", .patience)
struct SecureClusterTests {
    private let room: RoomName
    private let mina: User

    init() throws {
        self.room = try RoomName("래블업")
        self.mina = User(id: UserID("u1"), name: try UserName("민아"))
    }

    private var slot: HashSlot { HashSlot(of: "{\(self.room.rawValue)}") }

    private func publish(_ key: String, in room: RoomName? = nil, _ broker: RedisBroker) async throws -> Receipt {
        let key = try IdempotencyKey(key)
        let tail = PublicationCodec.tail(sender: self.mina, text: "안녕", kind: .text, key: key)
        let draft = Draft(room: room ?? self.room, sender: self.mina.id, key: key, tail: tail)
        return try await broker.publish([draft])[0].get()
    }

    /// Runs a node that asks where the slots are so often.
    private func withNode(
        _ group: ClusterGroup,
        _ tls: RedisTLS,
        asking interval: Duration,
        patience: Duration = .seconds(240),
        _ body: (RedisBroker) async throws -> Void
    ) async throws {
        let (url, rules) = (try RedisURL(group.url), try tls.rules())
        let change = { (configuration: inout RedisConfiguration) in
            configuration.url = url
            configuration.tls = rules
            configuration.sentinelInterval = interval
            configuration.patience = patience
        }
        try await withBroker(group.primaries[0], configure: change, body)
    }

    /// A room whose slot is at this primary.
    private func room(at primary: RedisServerProcess, of group: ClusterGroup) async throws -> RoomName {
        for number in 0... {
            let room = try RoomName("room-\(number)")
            if try await group.primary(of: room) === primary { return room }
        }
        return self.room
    }

    @Test func `over TLS, a node follows a slot to a server that it did not know, by its name`() async throws {
        try await RedisTLS.with { tls in
            try await ClusterGroup.with(spare: true, tls: tls) { group in
                // What a certificate is for is a name here, and no address.
                for server in group.primaries {
                    try await server.operate("CONFIG SET cluster-announce-hostname localhost")
                    try await server.operate("CONFIG SET cluster-preferred-endpoint-type hostname")
                }
                for server in group.primaries {
                    try await eventually {
                        let nodes = try await server.reply(to: "CLUSTER NODES").string ?? ""
                        return nodes.ranges(of: ",localhost").count == group.primaries.count
                    }
                }
                // Nobody asks again where the slots are: the answer of the server that had one must be enough.
                try await self.withNode(group, tls, asking: .seconds(3600)) { broker in
                    let subscriber = CollectingSubscriber()
                    _ = try await broker.subscribe(self.room, subscriber)
                    #expect(try await self.publish("a", broker).position.seq == 1)
                    let source = try await group.primary(of: self.room)
                    try await group.move(self.slot, from: source, to: group.primaries[3])
                    #expect(try await self.publish("b", broker).position.seq == 2)
                    let seqs = try await subscriber.publications(2, in: self.room).map(\.position.seq)
                    #expect(seqs == [1, 2])
                    let length = try await group.primaries[3].reply(to: "XLEN chat:{\(self.room)}:log").integer
                    #expect(length == 2)
                }
            }
        }
    }

    @Test func `over TLS, a server at an address that its certificate does not name gets nothing`() async throws {
        try await RedisTLS.with { tls in
            try await ClusterGroup.with(tls: tls) { group in
                let stranger = group.primaries[2]
                let (here, there) = (
                    try await self.room(at: group.primaries[0], of: group), try await self.room(at: stranger, of: group)
                )
                let interval = Duration.milliseconds(100)
                try await self.withNode(group, tls, asking: interval, patience: .milliseconds(200)) { broker in
                    for room in [here, there] {
                        try await eventually { (try? await self.publish("a", in: room, broker)) != nil }
                    }
                    try await stranger.operate("CONFIG SET cluster-announce-ip 127.0.0.2")
                    try await eventually {
                        do throws(BrokerError) {
                            try await broker.probe()
                            return false
                        } catch {
                            return error.reason.hasSuffix("the certificate of Redis is for another host")
                        }
                    }
                    await #expect(throws: BrokerError.self) { try await self.publish("b", in: there, broker) }
                    try await eventually { (try? await self.publish("b", in: here, broker)) != nil }
                    let length = try await stranger.reply(to: "XLEN chat:{\(there)}:log").integer
                    #expect(length == 1)
                    try await stranger.operate("CONFIG SET cluster-announce-ip 127.0.0.1")
                    try await eventually { (try? await self.publish("b", in: there, broker)) != nil }
                    try await eventually {
                        (try? await broker.log(there, after: 0, limit: 10).publications.count) == 2
                    }
                }
            }
        }
    }
}
