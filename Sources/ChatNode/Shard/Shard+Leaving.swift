import ChatCore
import NIOCore

// A user leaves a room: by a command, or when the grace after a lost connection is over. Then the room may be released.
extension Shard {
    /// The time for which the broker still hands on the events of a room without members.
    private static let linger = Duration.seconds(5)

    /// A client leaves a room.
    func leave(_ client: Client, _ name: RoomName, id: Int?) {
        guard let membership = client.membership(in: name), let user = client.session.user else { return }
        guard self.drop(membership, of: user.id) else { return self.reply(.left(name), id: id, to: client) }
        self.start(client) {
            await self.depart(user.id, from: membership.room)
            self.reply(.left(name), id: id, to: client)
        }
    }

    /// A client is no member any more.
    ///
    /// - Returns: Whether its user is not either; then ``depart(_:from:)`` follows.
    func drop(_ membership: Membership, of user: UserID) -> Bool {
        membership.client.memberships.removeAll { $0 === membership }
        membership.room.remove(membership)
        membership.room.wake()
        return self.presence.left(user, in: membership.room)
    }

    /// A client could not become a member, or is taken out before it is one.
    func expel(_ membership: Membership) {
        membership.client.memberships.removeAll { $0 === membership }
        membership.room.remove(membership)
        membership.room.wake()
        self.lost(membership)
    }

    /// A client is in a room no longer: its user leaves after a grace, if it made its user a member.
    func lost(_ membership: Membership) {
        guard membership.isPresent else { return self.stopListening(in: membership.room) }
        if let user = membership.client.session.user { self.linger(user.id, in: membership.room) }
    }

    /// A connection of a user was lost: the user leaves the room after a grace.
    func linger(_ user: UserID, in room: LocalRoom) {
        switch self.presence.lost(user, in: room) {
        case .stays, .leavesWithLease: break
        case .leaves: self.spawn { await self.depart(user, from: room) }
        case .leavesLater(let departures):
            self.wheel.schedule(.depart(room.name, user, departures), after: self.limits.presenceGrace)
        }
    }

    /// A user has left a room, by a command or after the grace.
    func depart(_ user: UserID, from room: LocalRoom) async {
        await self.presence.depart(user, from: room)
        self.closeIfUnused(room)
    }

    /// Releases a room that nobody needs, after a delay.
    func closeIfUnused(_ room: LocalRoom) {
        if room.isUnused { self.wheel.schedule(.close(room.name), after: Self.linger) }
    }

    /// The delay is over.
    func closeUnused(_ name: RoomName) {
        guard let room = self.rooms[name], room.isUnused, room.position != nil else { return }
        self.rooms[name] = nil
        self.spawn {
            await self.messages.unsubscribe(name, self.inbox)
            // A client may have joined in the meantime and subscribed before this took effect.
            if let successor = self.rooms[name] { self.resynchronize(successor) }
        }
    }
}
