import BrokerContract
import ChatCore
import NIOCore
import TestSupport
import Testing

@testable import ChatFleet

/// What several servers are together when some of them are away.
@Suite(.patience) struct FleetTests {
    private let names = ["a", "b", "c"]
    private let user = User(id: UserID("u1"), name: .guest(UserID("u1")))

    private func draft(_ text: String, to room: RoomName) -> Draft {
        let tail = PublicationCodec.tail(sender: self.user, text: text, kind: .text, key: nil)
        return Draft(room: room, sender: self.user.id, key: nil, tail: tail)
    }

    /// A room whose server has this place.
    private func room(at home: Int) throws -> RoomName {
        let rendezvous = Rendezvous(self.names)
        return try RoomName(try #require((0...).lazy.map { "room-\($0)" }.first { rendezvous.home(of: $0) == home }))
    }

    /// A fleet of three servers, of which one is lost.
    private func withLoss(
        of lost: Int,
        patience: Duration = .seconds(1),
        before: (Fleet) async throws -> Void = { _ in },
        _ body: (Fleet, CollectingSubscriber) async throws -> Void
    ) async throws {
        try await RedisServerProcess.with(3) { servers in
            let fleet = try redisFleet(
                ["a": servers[0], "b": servers[1], "c": servers[2]],
                patience: patience
            )
            try await with(fleet) { fleet in
                let subscriber = CollectingSubscriber()
                fleet.attach(subscriber)
                try await before(fleet)
                servers[lost].kill()
                try await subscriber.events { $0.contains { $0.isLoss } }
                try await body(fleet, subscriber)
            }
        }
    }

    @Test func `the loss of a server concerns its rooms alone`() async throws {
        let rooms = try (0..<3).map { try self.room(at: $0) }
        // Nothing is asked for twice here, so the servers that are well have more time on a busy machine.
        try await self.withLoss(of: 1, patience: .seconds(10)) { fleet, subscriber in
            let scope = try #require(subscriber.events.lazy.compactMap(\.lostRooms).first)
            #expect(rooms.map { scope.contains($0) } == [false, true, false])
            let results = await fleet.publish(rooms.map { self.draft("x", to: $0) })
            #expect(results.map { (try? $0.get()) != nil } == [true, false, true])
            let lease = try await fleet.renew(HolderID("test/1/0"))
            #expect(lease == .held)
            try await fleet.probe()
            let listed = try await fleet.rooms(after: nil, limit: 10).rooms.map(\.room)
            #expect(listed == [rooms[0], rooms[2]].sorted())
            // Whoever comes later is told.
            let late = CollectingSubscriber()
            fleet.attach(late)
            #expect(late.events.contains { $0.isLoss })
        }
    }

    @Test(arguments: 0..<3) func `no session ends with a server`(lost: Int) async throws {
        let hashes = (0..<30).map { "hash-\($0)" }
        try await self.withLoss(of: lost) { fleet in
            for hash in hashes { try await fleet.saveSession(hash, self.user, isGuest: false) }
        } _: { fleet, _ in
            for hash in hashes {
                let found = try await fleet.session(hash)
                #expect(found == self.user)
            }
            try await fleet.saveSession("another", self.user, isGuest: true)
            let another = try await fleet.user(ofSession: "another")
            #expect(another == self.user)
        }
    }

    @Test func `rulings hold without the server that has the list, and new ones need it`() async throws {
        let ban = Ruling(
            .ban(.user(self.user.id), room: nil),
            issuedAt: 1,
            reason: "spam"
        )
        try await self.withLoss(of: 0) { fleet in
            _ = try await fleet.rulings(known: nil)
            try await fleet.put(ban)
        } _: { fleet, _ in
            let rulings = try await fleet.rulings(known: nil).rulings
            #expect(rulings.map(\.id) == [ban.id])
            await #expect(throws: BrokerError.self) { try await fleet.put(ban) }
        }
    }

    @Test func `accounts go on at another server`() async throws {
        let spendings = (0..<30).map {
            Spending(account: "sends:u\($0)", tokens: 1, rate: Limits.Rate(burst: 10, perSecond: 1))
        }
        try await self.withLoss(of: 2) { fleet, _ in
            let left = try await fleet.settle(spendings)
            #expect(left == Array(repeating: 9, count: 30))
        }
    }

    @Test func `a session that an earlier list put elsewhere is found, and kept where it belongs`() async throws {
        let fleet = memoryFleet()
        try await with(fleet) { fleet in
            let others = fleet.order.order(of: "hash").suffix(1)
            for place in others { try await fleet.servers[place].broker.saveSession("hash", self.user, isGuest: false) }
            let found = try await fleet.session("hash")
            #expect(found == self.user)
            for server in fleet.servers {
                let kept = try await server.broker.user(ofSession: "hash")
                #expect(kept == self.user)
            }
            let nobody = try await fleet.session("nobody's")
            #expect(nobody == nil)
        }
    }
}

extension BrokerEvent {
    /// The rooms of a server that was lost.
    fileprivate var lostRooms: RoomScope? {
        if case .status(.degraded, _, let scope) = self { scope } else { nil }
    }

    fileprivate var isLoss: Bool { self.lostRooms?.isWhole == false }
}
