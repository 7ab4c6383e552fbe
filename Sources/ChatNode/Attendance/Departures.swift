import ChatCore

/// How clients cease to be in rooms, and users to be members.
///
/// A user leaves by a command, or when the grace after a lost connection is over. Then nobody may need the room any more.
final class Departures {
    private let rooms: RoomSubscriptions
    private let presence: PresenceKeeper
    private let occupancy: Occupancy
    private let crowds: CrowdGate?
    private let state: LoopState
    private let timers: LoopTimers
    private let loop: DeferredWork

    init(_ base: LoopBase, _ rooms: RoomSubscriptions) {
        (self.rooms, self.presence, self.occupancy) = (rooms, base.presence, base.node.occupancy)
        (self.crowds, self.state, self.timers, self.loop) = (base.crowds, base.state, base.timers, base.loop)
    }

    // MARK: Clients

    /// A client is no member any more.
    ///
    /// - Returns: Whether its user is not either; then ``depart(_:from:)`` follows.
    func drop(_ membership: Membership, of user: UserID) -> Bool {
        self.takeOut(membership)
        return self.presence.left(user, in: membership.room)
    }

    /// A client could not become a member, or is taken out before it is one.
    func expel(_ membership: Membership) {
        self.takeOut(membership)
        self.lost(membership)
    }

    private func takeOut(_ membership: Membership) {
        membership.client.memberships.removeAll { $0 === membership }
        membership.room.remove(membership)
        membership.room.wake()
    }

    /// A client has gone, with all of its memberships; its user stays a member until the grace has passed.
    func gone(_ client: Client) {
        let memberships = client.memberships
        client.memberships = []
        for membership in memberships {
            membership.room.remove(membership)
            membership.room.wake()
            self.lost(membership)
        }
    }

    /// A client is in a room no longer: its user leaves after a grace, if it made its user a member.
    private func lost(_ membership: Membership) {
        guard membership.isPresent else { return self.stopListening(in: membership.room) }
        if let user = membership.client.user { self.linger(user.id, in: membership.room) }
    }

    // MARK: Users

    /// A connection of a user was lost: the user leaves the room after a grace.
    private func linger(_ user: UserID, in room: LocalRoom) {
        switch self.presence.lost(user, in: room) {
        case .stays, .leavesWithLease: break
        case .leaves: self.loop.start { await self.depart(user, from: room) }
        case .leavesLater(let departures):
            self.timers.schedule(.depart(room.name, user, departures), after: self.state.limits.presenceGrace)
        }
    }

    /// The grace of a user is over.
    func graceEnded(of user: UserID, in name: RoomName, _ departures: Int) {
        self.loop.start {
            await self.crowds?.pass()
            guard let room = self.presence.isGone(user, from: name, departures: departures) else { return }
            await self.depart(user, from: room)
        }
    }

    /// A user has left a room, by a command or after the grace.
    func depart(_ user: UserID, from room: LocalRoom) async {
        await self.presence.depart(user, from: room)
        self.rooms.closeIfUnused(room)
    }

    // MARK: Listeners

    /// A room is heard by somebody who is no member.
    func beginListening(in room: LocalRoom) {
        if room.listeners == 0 { self.occupancy.began(room.name) }
        room.listeners += 1
    }

    /// Somebody who was no member hears a room no longer.
    private func stopListening(in room: LocalRoom) {
        room.listeners -= 1
        if room.listeners == 0 { self.occupancy.ended(room.name) }
        self.rooms.closeIfUnused(room)
    }
}
