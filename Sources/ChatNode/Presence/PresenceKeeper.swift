import ChatCore
import Logging
import NIOCore

/// The functions of a shard that its keeper of presence needs.
protocol PresenceHost: AnyObject {
    /// Sends an event to a room's live members, and to those in a replay: presence has no place in the order of
    /// messages.
    func tell(_ payload: ByteBuffer, in room: LocalRoom)
    /// Takes the events that the broker has handed over until now.
    func takeEvents()
    /// Starts work that the shard waits for when it ends.
    func spawn(_ work: @escaping () async -> Void)
}

/// The presence of users in rooms through this shard, the broker's knowledge of it, and the events for members.
///
/// The broker counts users over all shards; the keeper counts the connections of each user on its loop. It belongs to one
/// shard and never leaves it.
final class PresenceKeeper {
    let registry: any PresenceRegistry
    var limits: Limits
    let rooms: RoomTable
    private let logger: Logger
    private let occupancy: Occupancy
    private let metrics: PresenceMetrics
    private(set) var lease: HolderLease
    /// Whether the lease is about to be released, and nobody leaves before that by losing a connection.
    private var isReleasing = false
    /// The number of users in rooms; a user counts once for each room.
    private(set) var memberCount = 0
    private var lingering = LingeringRooms()
    /// Rooms whose members must be entered at the broker again.
    private var restores = RestoreQueue()
    /// Rooms whose lists of members must be read.
    var readings = DueQueue<RoomName, ContinuousClock.Instant>()
    /// Large rooms whose counts must be sent.
    var counts: [LocalRoom] = []
    /// The rooms for which the broker is away now, as the shard was told.
    var outages = Outages()
    /// The rooms whose members the broker may have lost; they are entered again when it is back for them.
    var doubtfulScopes: [RoomScope] = []
    var repair = Repair.none

    /// Whether rooms are being restored and read.
    enum Repair {
        case none
        case underWay
        /// Another run was requested meanwhile: this one may have passed its room already.
        case underWayAndAskedFor
    }

    /// Makes the keeper of a shard.
    ///
    /// - Parameters:
    ///   - node: The data that the shards share.
    ///   - holder: The holder of the shard's members.
    ///   - rooms: The shard's rooms.
    init(node: NodeContext, holder: HolderID, rooms: RoomTable) {
        self.registry = node.presence
        self.limits = node.limits
        self.logger = node.logger
        self.occupancy = node.occupancy
        self.metrics = PresenceMetrics(of: node.metrics)
        self.lease = HolderLease(holder)
        self.rooms = rooms
    }

    // MARK: Joining and leaving

    /// A connection of the user joins the room; ``memberPage(_:_:on:)`` follows.
    func entered(_ user: User, in room: LocalRoom) {
        self.lease.enter()
        if room.presence.users.isEmpty { self.occupancy.began(room.name) }
        if room.presence.users[user.id] == nil { self.memberCount += 1 }
        let nobody = RoomPresence.LocalUser(user: user, connections: 0)
        room.presence.users[user.id, default: nobody].connections += 1
    }

    /// A connection of the user has left the room.
    ///
    /// - Returns: Whether it was the user's last one; then ``depart(_:from:)`` follows.
    func left(_ id: UserID, in room: LocalRoom) -> Bool {
        guard var user = room.presence.users[id] else { return false }
        user.connections -= 1
        if user.connections == 0 { user.departures += 1 }
        room.presence.users[id] = user
        return user.connections == 0
    }

    /// The time after which a user who loses the last connection gets a grace in a room that is half full of names.
    ///
    /// Whoever was there for less is missed by nobody, and two hundred who look in, one after the other, would make it a
    /// large room.
    static let shortestStay = Duration.seconds(1)

    /// The consequence of a lost connection.
    enum OnLoss: Equatable {
        /// Others of the user's connections are still here.
        case stays
        /// The user leaves after a grace, unless another connection comes before; the number is for
        /// ``isGone(_:from:departures:)`` then.
        case leavesLater(Int)
        /// The user leaves now: ``depart(_:from:)`` follows.
        case leaves
        /// The node goes away, and the user leaves with its lease, unless it has come back elsewhere by then.
        case leavesWithLease
    }

    /// A connection of the user was lost.
    func lost(_ id: UserID, in room: LocalRoom, now: ContinuousClock.Instant = .now) -> OnLoss {
        guard self.left(id, in: room), let user = room.presence.users[id] else { return .stays }
        guard !self.isReleasing else { return .leavesWithLease }
        let isCrowded = room.presence.crowd.count > self.limits.members / 2
        guard !isCrowded || now - user.since >= Self.shortestStay else { return .leaves }
        self.lingering.add(id, in: room.name)
        return .leavesLater(user.departures)
    }

    /// The grace is over.
    ///
    /// - Returns: The room that the user leaves; nil when the user has come back.
    func isGone(_ id: UserID, from name: RoomName, departures: Int) -> LocalRoom? {
        guard let room = self.rooms[name], let user = room.presence.users[id], user.connections == 0,
            user.departures == departures
        else {
            self.lingering.remove(id, in: name)
            return nil
        }
        return room
    }

    /// The user is not a member of the room through this shard any more.
    func depart(_ id: UserID, from room: LocalRoom) async {
        guard room.presence.users[id]?.connections == 0 else { return }
        room.presence.users[id] = nil
        self.memberCount -= 1
        if room.presence.users.isEmpty { self.occupancy.ended(room.name) }
        self.lingering.remove(id, in: room.name)
        do {
            try await self.registry.leave(room.name, id, holder: self.lease.holder)
        } catch {
            // The broker may or may not have done it: the members here are entered again when it is back.
            self.restores.add(room.name)
        }
        // The user may have come back during the request to the broker.
        guard let user = room.presence.users[id]?.user else { return }
        if (try? await self.registry.enter(room.name, user, holder: self.lease.holder)) == nil {
            self.restores.add(room.name)
        }
    }

    /// Drops users that were joining a room that could not be opened: the broker knows none of them.
    func abandon(_ room: LocalRoom) {
        guard !room.presence.users.isEmpty else { return }
        self.memberCount -= room.presence.users.count
        room.presence.users = [:]
        self.occupancy.ended(room.name)
    }

    // MARK: Names

    /// The rooms in which a user without a connection is still a member.
    func lingeringRooms(of user: UserID) -> Set<RoomName> { self.lingering.rooms(of: user) }

    /// Gives a member another name in a room.
    func rename(_ user: User, in room: LocalRoom) async {
        do {
            try await self.registry.rename(user, in: room.name)
        } catch {
            room.presence.untoldNames.insert(user.id)
            self.restores.add(room.name)
        }
    }

    // MARK: The lease

    /// Renews the lease, one renewal at a time.
    ///
    /// - Returns: Whether the members have a lease now.
    @discardableResult
    func renewLease(on host: some PresenceHost) async -> Bool {
        guard let holder = self.lease.beginRenewal() else { return !self.lease.isNeeded }
        guard let answer = try? await self.registry.renew(holder) else {
            self.lease.failed()
            return false
        }
        switch self.lease.renewed(answer) {
        case .held: return true
        case .lost(let old):
            self.metrics.didLoseLease()
            self.logger.warning(
                "the broker took this node for dead; its members are entered again",
                metadata: ["holder": "\(old)"]
            )
            for room in self.rooms.all { self.restores.add(room.name) }
            self.repair(on: host)
            return await self.renewLease(on: host)
        }
    }

    /// Publications have not arrived, and the lease may have ended: the broker is away, or was.
    func doubtLease() { self.lease.doubt() }

    /// The node begins to go away: users whose connections it ends have lost none.
    func beginRelease() { self.isReleasing = true }

    /// The node goes away: users that have not come back elsewhere by the end of the grace have left.
    ///
    /// - Parameter returns: The time within which they begin to come back; the grace follows it.
    func releaseLease(after returns: Duration) async {
        guard self.lease.isNeeded else { return }
        try? await self.registry.release(self.lease.holder, after: returns + self.limits.presenceGrace)
    }

    // MARK: Restoring

    /// Lets the loop serve others: which rooms are set aside takes a hash of the name of each.
    static func giveWay() async { try? await Task.sleep(for: .milliseconds(1)) }

    /// Whether the broker is away for a room and not for all: then the others do not wait for it.
    func isSetAside(_ name: RoomName) -> Bool { self.outages.arePartial && self.outages.concern(name) }

    /// The members of a room must be entered at the broker again.
    func restore(_ name: RoomName) { self.restores.add(name) }

    /// Whether the broker knows the members of a room, or need not be told.
    func isRestored(_ name: RoomName) -> Bool { self.restores.isDone(name) }

    /// Enters the members of the rooms where the broker's records may be wrong, batch by batch.
    ///
    /// - Returns: Whether all were entered; the first failure ends it.
    func restoreRooms(on host: some PresenceHost) async -> Bool {
        // Under a name that is being swept, they would be removed again.
        if !self.lease.isCertain, await !self.renewLease(on: host) { return false }
        self.restores.beginSearch()
        while !self.restores.isEmpty {
            let parts = self.restores.begin(
                told: { self.rooms[$0]?.presence.crowd.pastVersion ?? 0 },
                users: { self.rooms[$0]?.presence.users.values.map(\.user) ?? [] },
                waits: self.isSetAside
            )
            // What is left waits for a server that is away, and the other rooms go on.
            if parts.isEmpty, self.outages.arePartial {
                guard !self.restores.allWait else { return true }
                await Self.giveWay()
                continue
            }
            var fails = parts.isEmpty
            for (part, result) in zip(parts, await self.registry.restore(self.lease.holder, parts)) {
                let answer = try? result.get()
                fails = fails || answer == nil
                guard self.restores.finished(part, answer), let room = self.rooms[part.room] else { continue }
                self.metrics.didRepair()
                room.presence.crowd.expect(version: answer?.version ?? 0)
                self.seeTo(room)
                fails = await !self.tellNames(in: room) || fails
            }
            if fails { return false }
        }
        return true
    }

    /// Sends the broker new names of members that it could not be told earlier.
    ///
    /// - Returns: Whether it knows them now.
    private func tellNames(in room: LocalRoom) async -> Bool {
        for id in room.presence.untoldNames {
            room.presence.untoldNames.remove(id)
            if let user = room.presence.users[id]?.user { await self.rename(user, in: room) }
        }
        return room.presence.untoldNames.isEmpty
    }
}
