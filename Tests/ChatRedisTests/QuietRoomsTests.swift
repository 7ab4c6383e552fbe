import BrokerContract
import ChatCore
import NIOCore
import TestSupport
import Testing

@testable import ChatRedis

/// What rooms cost in which nothing happens, and that what is lost there is found all the same.
@Suite("Quiet rooms", .patience)
struct QuietRoomsTests {
    private let holder = HolderID("here/i/0")
    private let mina: User

    init() throws { self.mina = User(id: UserID("u1"), name: try UserName("민아")) }

    private static func rooms(_ count: Int) throws -> [RoomName] { try (0..<count).map { try RoomName("r\($0)") } }

    /// How often Redis has run a command.
    private func calls(of name: String, _ broker: RedisBroker) async throws -> Int {
        let statistics = try await broker.command("INFO", "commandstats").string ?? ""
        guard let found = statistics.firstRange(of: "cmdstat_\(name):calls=") else { return 0 }
        return Int(statistics[found.upperBound...].prefix(while: \.isNumber)) ?? 0
    }

    @Test
    func `looks at rooms with and without members run no script`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server, configure: { $0.headCheckInterval = .milliseconds(200) }) { broker in
                let rooms = try Self.rooms(100)
                let subscriber = CollectingSubscriber()
                for room in rooms { _ = try await broker.subscribe(room, subscriber) }
                for room in rooms[..<50] { try await broker.enter(room, self.mina, holder: self.holder) }
                for room in rooms { try await eventually { await broker.hasComparedHolders(of: room) } }
                let before = (try await self.calls(of: "evalsha", broker), try await self.calls(of: "exists", broker))
                try await eventually { try await self.calls(of: "exists", broker) >= before.1 + 3000 }
                // What a node says to itself is a script.
                #expect(try await self.calls(of: "evalsha", broker) < before.0 + 300)
                #expect(subscriber.events.resets(in: rooms[0]).isEmpty)
            }
        }
    }

    @Test
    func `in twenty thousand rooms, what was stored and not published comes, wherever it was`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server, configure: { $0.headCheckInterval = .seconds(2) }) { broker in
                let (rooms, subscriber) = (try Self.rooms(20_000), CollectingSubscriber())
                try await subscribe(subscriber, to: rooms, on: broker)
                var lost = Set<RoomName>()
                // In the rooms that came last, and some of all others.
                for room in rooms.suffix(200) + stride(from: 0, to: 19_800, by: 99).map({ rooms[$0] }) {
                    let (meta, log) = (broker.keys.meta(room), broker.keys.log(room))
                    try await broker.command("EVAL", Self.storeUnpublished, "2", meta, log, room.rawValue)
                    lost.insert(room)
                }
                let wanted = lost
                try await subscriber.events { events in
                    guard events.count >= wanted.count else { return false }
                    return Set(events.compactMap(\.roomOfPublication)).isSuperset(of: wanted)
                }
            }
        }
    }

    /// Stores a message as the server does, and does not publish it.
    private static let storeUnpublished = """
        local found = redis.call('HMGET', KEYS[1], 'epoch', 'seq')
        local seq = string.format('%.0f', found[2] + 1)
        redis.call('XADD', KEYS[2], seq .. '-0', 'event', '{"type":"message","room":"' .. ARGV[1] .. '","epoch":"'
            .. found[1] .. '","seq":' .. seq .. ',"time":1790000000000,"from":{"id":"u","name":"U"},"text":"x","kind":"text"}')
        redis.call('HSET', KEYS[1], 'seq', seq, 'time', '1790000000000')
        return 1
        """
}

extension BrokerEvent {
    fileprivate var roomOfPublication: RoomName? {
        if case .room(let room, .publication) = self { room } else { nil }
    }
}
