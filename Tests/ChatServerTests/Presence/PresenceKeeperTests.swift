import ChatCore
import NIOCore
import Testing

@testable import ChatNode

/// Who is in rooms through a shard, and what members are told of each other; with a broker in memory and no sockets.
@Suite(.patience)
struct PresenceKeeperTests {
    /// Notes what members are told, and what is left for later.
    private final class Notes: PresenceHost {
        private(set) var told: [String] = []
        private var work: [() async -> Void] = []

        func tell(_ payload: ByteBuffer, in room: LocalRoom) { self.told.append(String(buffer: payload)) }
        func takeEvents() {}
        func spawn(_ work: @escaping () async -> Void) { self.work.append(work) }

        /// Does what was left for later.
        func finish() async { while let work = self.work.popLast() { await work() } }
    }

    /// A shard without connections.
    private actor Host {
        private let rooms = RoomTable()
        private let keeper: PresenceKeeper
        private let notes = Notes()

        init(_ broker: any Broker) {
            let node = NodeContext.forTests(broker)
            self.keeper = PresenceKeeper(node: node, holder: node.holder(shard: 0), rooms: self.rooms)
        }

        var told: [String] { self.notes.told }

        /// Does what was left for later.
        func finish() async { await self.notes.finish() }

        private func room(_ name: RoomName) -> LocalRoom {
            if let room = self.rooms[name] { return room }
            let room = LocalRoom(name: name, limits: Limits())
            self.rooms[name] = room
            return room
        }

        func join(_ user: User, _ name: RoomName) async throws -> MemberPage {
            let room = self.room(name)
            self.keeper.entered(user, in: room)
            return try await self.keeper.memberPage(room, user, on: self.notes)
        }

        func lose(_ user: User, _ name: RoomName, after time: Duration = .zero) -> Int? {
            switch self.loss(user, name, after: time) {
            case .leavesLater(let departures): departures
            case .stays, .leaves, .leavesWithLease: nil
            }
        }

        func loss(_ user: User, _ name: RoomName, after time: Duration = .zero) -> PresenceKeeper.OnLoss {
            self.keeper.lost(user.id, in: self.room(name), now: .now + time)
        }

        func graceEnds(_ user: User, _ name: RoomName, _ departures: Int) async -> Bool {
            guard let room = self.keeper.isGone(user.id, from: name, departures: departures) else { return false }
            await self.keeper.depart(user.id, from: room)
            return true
        }

        var memberCount: Int { self.keeper.memberCount }
        func lingeringRooms(of user: User) -> Set<RoomName> { self.keeper.lingeringRooms(of: user.id) }

        /// The broker says that it has lost everything.
        func doubtAll() async {
            self.keeper.doubtBroker(.all)
            let doubt = self.keeper.beginDoubt(of: .all)
            for room in self.rooms.all { self.keeper.doubt(room, doubt) }
            self.keeper.repair(on: self.notes)
            await self.finish()
        }

        func beginRelease() { self.keeper.beginRelease() }
        func renew() async -> Bool { await self.keeper.renewLease(on: self.notes) }
    }

    private let broker = LossyBroker()
    private let lobby: RoomName
    private let mina: User
    private let juno: User

    init() throws {
        self.lobby = try RoomName("lobby")
        self.mina = User(id: UserID("mina"), name: try UserName("Mina"))
        self.juno = User(id: UserID("juno"), name: try UserName("Juno"))
    }

    private func members() async throws -> Set<UserID> {
        Set(try await self.broker.members(self.lobby, cursor: nil, limit: 10).members.map(\.id))
    }

    @Test func `who joins is a member, and is answered with all of them`() async throws {
        let host = Host(self.broker)
        _ = try await host.join(self.mina, self.lobby)
        let page = try await host.join(self.juno, self.lobby)
        #expect(Set(page.members) == [self.mina, self.juno] && page.count == 2)
        #expect(await host.memberCount == 2)
        #expect(try await self.members() == [self.mina.id, self.juno.id])
    }

    @Test func `who comes back within the grace has not left`() async throws {
        let host = Host(self.broker)
        _ = try await host.join(self.mina, self.lobby)
        let departures = try #require(await host.lose(self.mina, self.lobby))
        #expect(await host.lingeringRooms(of: self.mina) == [self.lobby])
        _ = try await host.join(self.mina, self.lobby)
        #expect(await !host.graceEnds(self.mina, self.lobby, departures))
        #expect(try await self.members() == [self.mina.id])
        #expect(await host.lingeringRooms(of: self.mina).isEmpty)
    }

    @Test func `a grace that was cut short does not end the next one`() async throws {
        let host = Host(self.broker)
        _ = try await host.join(self.mina, self.lobby)
        let first = try #require(await host.lose(self.mina, self.lobby))
        _ = try await host.join(self.mina, self.lobby)
        let second = try #require(await host.lose(self.mina, self.lobby))
        #expect(await !host.graceEnds(self.mina, self.lobby, first))
        #expect(await host.memberCount == 1)
        #expect(await host.graceEnds(self.mina, self.lobby, second))
        #expect(await host.memberCount == 0)
        #expect(try await self.members().isEmpty)
    }

    @Test func `who only looks into a room that is half full gets no grace, and so makes it no large one`() async throws
    {
        let host = Host(self.broker)
        let half = Limits().members / 2
        for number in 0...half {
            let user = User(id: UserID("u\(number)"), name: self.juno.name)
            _ = try await host.join(user, self.lobby)
            // Until here there is a grace for everybody.
            if number < half { #expect(await host.lose(user, self.lobby) == 1) }
        }
        _ = try await host.join(self.mina, self.lobby)
        // However late this thread comes to it.
        #expect(await host.loss(self.mina, self.lobby, after: .seconds(-3600)) == .leaves)
        _ = try await host.join(self.juno, self.lobby)
        #expect(await host.lose(self.juno, self.lobby, after: PresenceKeeper.shortestStay) == 1)
    }

    @Test func `whom a node that goes away parts from leaves with its lease, and nobody is told before`() async throws {
        let host = Host(self.broker)
        for number in 0...Limits().members / 2 {
            let user = User(id: UserID("u\(number)"), name: self.juno.name)
            _ = try await host.join(user, self.lobby)
        }
        for _ in 0..<2 { _ = try await host.join(self.mina, self.lobby) }
        await host.beginRelease()
        #expect(await host.loss(self.mina, self.lobby) == .stays)
        #expect(await host.loss(self.mina, self.lobby) == .leavesWithLease)
        await host.finish()
        #expect(try await self.broker.members(self.lobby, cursor: nil, limit: 200).members.contains(self.mina))
    }

    @Test func `one of two connections that is lost is no departure`() async throws {
        let host = Host(self.broker)
        for _ in 0..<2 { _ = try await host.join(self.mina, self.lobby) }
        #expect(await host.loss(self.mina, self.lobby) == .stays)
        #expect(await host.memberCount == 1)
    }

    @Test func `a broker that has lost who is here is told again`() async throws {
        let host = Host(self.broker)
        _ = try await host.join(self.mina, self.lobby)
        _ = try await host.join(self.juno, self.lobby)
        try await self.broker.forget(self.mina, in: self.lobby)
        #expect(try await self.members() == [self.juno.id])
        await host.doubtAll()
        #expect(try await self.members() == [self.mina.id, self.juno.id])
    }

    @Test func `one that was taken for dead enters its members again`() async throws {
        let host = Host(self.broker)
        #expect(await host.renew())
        _ = try await host.join(self.mina, self.lobby)
        #expect(await host.renew())
        self.broker.bury()
        try await self.broker.forget(self.mina, in: self.lobby)
        #expect(await host.renew())
        await host.finish()
        #expect(try await self.members() == [self.mina.id])
    }
}
