import ChatCore
import ChatMemory
import ChatWebSocket
import NIOCore
import NIOEmbedded
import NIOPosix
import Synchronization
import Testing

@testable import ChatNode

/// What a loop with very many clients does when the broker is away for some of their rooms: so much in a turn, and no more.
@Suite(.patience)
struct StatusNewsTests {
    private static let clients = 10_000

    /// Counts the rooms that are asked about in each turn of a loop.
    private final class Asked: Sendable {
        private let loop: any EventLoop
        private let state = Mutex((thisTurn: 0, most: 0, total: 0))

        init(on loop: any EventLoop) { self.loop = loop }

        var most: Int { self.state.withLock(\.most) }
        var total: Int { self.state.withLock(\.total) }

        func count() {
            let isFirst = self.state.withLock { state in
                state.thisTurn += 1
                state.most = max(state.most, state.thisTurn)
                state.total += 1
                return state.thisTurn == 1
            }
            // The loop has this after all that it does now.
            if isFirst { self.loop.execute { self.state.withLock { $0.thisTurn = 0 } } }
        }
    }

    /// A loop with a client in each of very many rooms, of which every other one is at the same server.
    private struct Crowd {
        let shard: Shard
        let channels: [RoomName: EmbeddedChannel]
        let scope: RoomScope
        let asked: Asked

        /// The broker tells the loop something, and the loop tells its clients.
        ///
        /// - Returns: The states that clients have been told, by their rooms.
        func hears(_ events: BrokerEvent...) async throws -> [RoomName: [String]] {
            for event in events { await self.shard.hear(event) }
            // The loop takes the events before that, and this waits for what they have begun.
            await self.shard.quiesce()
            return try await self.shard.states(self.channels)
        }
    }

    private func withCrowd(_ body: (Crowd) async throws -> Void) async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let shard = Shard(on: loop, index: 0, node: .forTests(MemoryBroker.forTests()))
        let asked = Asked(on: loop)
        let scope = RoomScope(named: "server a") { room in
            asked.count()
            return room.isEven
        }
        let channels = try await shard.populate(Self.clients)
        try await body(Crowd(shard: shard, channels: channels, scope: scope, asked: asked))
    }

    @Test func `of ten thousand clients in as many rooms, each hears of its own, and no turn takes more than a slice`()
        async throws
    {
        try await self.withCrowd { crowd in
            let told = try await crowd.hears(.status(.degraded, detail: "away", of: crowd.scope))
            #expect(told.count == Self.clients / 2)
            #expect(told.allSatisfy { $0.key.isEven && $0.value == ["degraded"] })
            #expect(crowd.asked.total == Self.clients)
            #expect(crowd.asked.most == StatusNews.slice)
        }
    }

    @Test func `when the server is back, its rooms are doubted in slices as well`() async throws {
        try await self.withCrowd { crowd in
            let told = try await crowd.hears(.status(.ok, detail: "back", of: crowd.scope))
            #expect(told.count == Self.clients / 2)
            // Once to tell its clients, and once to doubt what is known of it.
            #expect(crowd.asked.total == 2 * Self.clients)
            #expect(crowd.asked.most <= StatusNews.slice + BrokerEvents.roomsAtATime)
        }
    }

    @Test func `a server that comes and goes meanwhile is told of in order`() async throws {
        try await self.withCrowd { crowd in
            let (away, back) = (
                BrokerEvent.status(.degraded, detail: "away", of: crowd.scope),
                BrokerEvent.status(.ok, detail: "back", of: crowd.scope)
            )
            let told = try await crowd.hears(away, back, away, back, away, back)
            #expect(told.count == Self.clients / 2)
            for states in told.values {
                #expect(states.first == "degraded" && states.last == "ok")
                #expect(zip(states, states.dropFirst()).allSatisfy { $0 != $1 })
            }
        }
    }

    @Test func `of all rooms, every client is told`() async throws {
        try await self.withCrowd { crowd in
            let told = try await crowd.hears(.status(.degraded, detail: "away"))
            #expect(told.count == Self.clients && told.values.allSatisfy { $0 == ["degraded"] })
        }
    }
}

extension RoomName {
    fileprivate var isEven: Bool { Int(self.rawValue.dropFirst(5))?.isMultiple(of: 2) == true }
}

extension Shard {
    /// Puts so many clients in rooms of their own, without a broker or sockets.
    fileprivate func populate(_ count: Int) throws -> [RoomName: EmbeddedChannel] {
        var channels: [RoomName: EmbeddedChannel] = [:]
        for number in 0..<count {
            let room = LocalRoom(name: try RoomName("room-\(number)"), limits: Limits())
            self.base.rooms[room.name] = room
            let channel = EmbeddedChannel()
            channels[room.name] = channel
            let port = OutboundPort(channel: channel, limit: 1 << 20)
            let client = self.base.clients.add { Client(id: $0, port: port, limits: Limits(), now: .now) }
            let id = UserID("u\(number)")
            _ = client.session.opened(User(id: id, name: .guest(id)))
            let membership = Membership(client: client, room: room)
            client.memberships.append(membership)
            room.add(membership)
        }
        return channels
    }

    fileprivate func hear(_ event: BrokerEvent) { self.base.inbox.receive([event]) }

    /// The states that clients have been told since this was asked last; each names its client's room, or none.
    fileprivate func states(_ channels: [RoomName: EmbeddedChannel]) throws -> [RoomName: [String]] {
        var states: [RoomName: [String]] = [:]
        for (room, channel) in channels {
            while var frames = try channel.readOutbound(as: ByteBuffer.self) {
                while let (_, message) = FrameEncoder.takeFrame(&frames) {
                    let event = try JSONValue(message)
                    #expect(event["type"]?.string == "status")
                    #expect(event["rooms"]?.array.map { $0.map(\.string) == [room.rawValue] } ?? true)
                    states[room, default: []].append(event["state"]?.string ?? "")
                }
            }
        }
        return states
    }
}
