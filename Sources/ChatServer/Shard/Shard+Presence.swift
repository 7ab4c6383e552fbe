import ChatCore
import NIOCore

// Who is here. The broker counts users over all shards; a shard counts the connections of each user on its loop.
extension Shard {
    /// A connection of the user joins the room.
    func hold(_ user: User, in room: LocalRoom) {
        self.hasHeld = true
        if room.users.isEmpty { self.node.occupancy.began(room.name) }
        if room.users[user.id] == nil { self.memberCount += 1 }
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
        self.users.linger(id, in: room.name)
        self.wheel.schedule(.depart(room.name, id, departures), after: self.limits.presenceGrace)
    }

    /// The grace is over.
    func departIfGone(_ id: UserID, from name: RoomName, departures: Int) {
        guard let room = self.rooms[name], let user = room.users[id], user.connections == 0,
            user.departures == departures
        else { return self.users.endLingering(id, in: name) }
        self.spawn { await self.depart(id, from: room) }
    }

    /// The user is no more a member of the room through this shard.
    func depart(_ id: UserID, from room: LocalRoom) async {
        guard room.users[id]?.connections == 0 else { return }
        room.users[id] = nil
        self.memberCount -= 1
        if room.users.isEmpty { self.node.occupancy.ended(room.name) }
        self.users.endLingering(id, in: room.name)
        do {
            try await self.broker.leave(room.name, id, holder: self.holder)
        } catch {
            // The broker may have been told or not: it is told once more who is here when it is back.
            self.restores.add(room.name)
        }
        // The user may have come back while the broker was asked.
        if let user = room.users[id], (try? await self.broker.enter(room.name, user.user, holder: self.holder)) == nil {
            self.restores.add(room.name)
        }
        self.closeIfUnused(room)
    }

    // MARK: Events

    /// Somebody came, went or has another name.
    func applyPresence(_ kind: PresenceKind, _ change: PresenceChange, _ payload: ByteBuffer, in room: LocalRoom) {
        let verdict = room.crowd.receive(kind, change)
        self.seeTo(room)
        switch verdict {
        case .tell: self.tell(payload, in: room)
        case .tellCountSoon, .known: break
        case .hold: self.repairPresence()
        }
    }

    /// Tells large rooms how many they are now.
    func tellCounts() {
        let rooms = self.countRooms
        self.countRooms = []
        for room in rooms {
            room.isCountDue = false
            guard let (count, version) = room.crowd.takeStale() else { continue }
            self.tell(Event.presence(room: room.name, memberCount: count, version: version).encoded(), in: room)
        }
    }

    func tell(_ events: [Event], in room: LocalRoom) {
        for event in events { self.tell(event.encoded(), in: room) }
    }

    /// Tells live members, and those whose replay goes on: who comes and goes has no place among the messages.
    private func tell(_ payload: ByteBuffer, in room: LocalRoom) {
        self.gather(payload, in: room, .unhurried)
        for membership in room.catchingUp where membership.isAnswered { self.send(payload, to: membership.client) }
    }

    /// A user has another name, on every connection.
    func applyRename(_ user: User) {
        self.renames.note(user)
        let clients = self.users.connections(of: user.id).compactMap { self.clients[$0] }
        for client in clients { client.session.renamed(user) }
        var names = self.users.lingeringRooms(of: user.id)
        for client in clients { for membership in client.memberships { names.insert(membership.room.name) } }
        for room in names.compactMap({ self.rooms[$0] }) where room.users[user.id] != nil {
            room.users[user.id]?.user = user
            self.spawn { await self.rename(user, in: room) }
        }
    }
}
