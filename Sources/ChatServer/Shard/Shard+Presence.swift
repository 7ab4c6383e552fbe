import ChatCore
import NIOCore

// Who is here. The broker counts users over all shards; a shard counts the connections of each user on its loop.
extension Shard {
    /// A connection of the user joins the room.
    func hold(_ user: User, in room: LocalRoom) {
        room.users[user.id, default: LocalRoom.LocalUser(user: user, connections: 0)].connections += 1
    }

    /// A connection of the user has left the room.
    ///
    /// - Returns: Whether it was the last; the user is to leave then.
    func unhold(_ id: UserID, in room: LocalRoom) -> Bool {
        guard var user = room.users[id] else { return false }
        user.connections -= 1
        if user.connections == 0 { user.departures += 1 }
        room.users[id] = user
        return user.connections == 0
    }

    /// A connection of the user was lost: the user leaves after the grace, unless another comes before.
    func release(_ id: UserID, in room: LocalRoom) {
        guard self.unhold(id, in: room), let departures = room.users[id]?.departures else { return }
        self.wheel.schedule(.depart(room.name, id, departures), after: self.limits.presenceGrace)
    }

    /// The grace is over.
    func departIfGone(_ id: UserID, from name: RoomName, departures: Int) {
        guard let room = self.rooms[name], let user = room.users[id], user.connections == 0,
            user.departures == departures
        else { return }
        self.spawn { await self.depart(id, from: room) }
    }

    /// The user is no more a member of the room through this shard.
    func depart(_ id: UserID, from room: LocalRoom) async {
        guard room.users[id]?.connections == 0 else { return }
        room.users[id] = nil
        // A broker that is away lets the lease end in its own time.
        try? await self.broker.leave(room.name, id, holder: self.holder)
        // The user may have come back while the broker was asked.
        if let user = room.users[id] { _ = try? await self.broker.enter(room.name, user.user, holder: self.holder) }
        self.closeIfUnused(room)
    }

    /// Lets the leases of everybody here begin anew, and compares how many changes there have been with those that came.
    func renewLeases() async {
        let entries = self.rooms.mapValues { $0.users.values.map(\.user) }.filter { !$0.value.isEmpty }
        guard !entries.isEmpty, let versions = try? await self.broker.renew(self.holder, entries) else { return }
        for (name, version) in versions { self.rooms[name]?.crowd.expect(version: version) }
        self.repairPresence()
    }

    /// The node goes away: whoever has not come back elsewhere by the end of the grace has left.
    func releaseLeases() async {
        let entries = self.rooms.mapValues { Array($0.users.keys) }.filter { !$0.value.isEmpty }
        // A broker that is away cannot be told, and the leases end in their own time.
        guard !entries.isEmpty, self.degradation == nil else { return }
        try? await self.broker.release(self.holder, entries, after: self.limits.presenceGrace)
    }

    // MARK: Events

    /// Somebody came, went or has another name.
    func applyPresence(_ kind: PresenceKind, _ change: PresenceChange, _ payload: ByteBuffer, in room: LocalRoom) {
        switch room.crowd.receive(kind, change) {
        case .tell: self.tell(payload, in: room)
        case .tellCountSoon, .known: break
        case .hold: self.repairPresence()
        }
    }

    /// Tells large rooms how many they are now.
    func tellCounts() {
        for room in self.rooms.values {
            guard let (count, version) = room.crowd.takeStale() else { continue }
            self.tell(Event.presence(room: room.name, memberCount: count, version: version).encoded(), in: room)
        }
    }

    func tell(_ events: [Event], in room: LocalRoom) {
        for event in events { self.tell(event.encoded(), in: room) }
    }

    /// Tells live members, and those whose replay goes on: who comes and goes has no place among the messages.
    private func tell(_ payload: ByteBuffer, in room: LocalRoom) {
        self.enqueue(payload, in: room, .unhurried)
        for membership in room.catchingUp where membership.isAnswered { self.send(payload, to: membership.client) }
    }

    /// A user has another name, on every connection.
    func applyRename(_ user: User) {
        self.renames.note(user)
        for client in self.clients.values where client.session.user?.id == user.id { client.session.renamed(user) }
        for room in self.rooms.values where room.users[user.id] != nil {
            room.users[user.id]?.user = user
            self.spawn { try? await self.broker.rename(user, in: room.name) }
        }
    }
}
