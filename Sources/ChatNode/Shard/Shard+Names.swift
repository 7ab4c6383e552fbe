import ChatCore

// New names of users: a user has one name on every connection of every node.
extension Shard {
    /// A user has another name, on every connection.
    func applyRename(_ user: User) {
        self.sessions.note(user)
        let clients = self.clients.of(user.id)
        for client in clients { client.session.renamed(user) }
        var names = self.presence.lingeringRooms(of: user.id)
        for client in clients { for membership in client.memberships { names.insert(membership.room.name) } }
        for room in names.compactMap({ self.rooms[$0] }) where room.presence.users[user.id] != nil {
            room.presence.users[user.id]?.user = user
            self.spawn { await self.presence.rename(user, in: room) }
        }
    }

    /// Looks up the names of the next users.
    func checkNames() {
        while let user = self.sessions.beginCheck(now: .now) {
            guard let hash = self.clients.of(user).lazy.compactMap(\.keptSession.hash).first else {
                self.sessions.passOver()
                continue
            }
            self.spawn {
                await self.checkName(of: user, hash)
                self.checkNames()
            }
        }
    }

    private func checkName(of id: UserID, _ hash: String) async {
        do {
            try await self.sessions.check(id, hash) { user in
                let known = self.clients.of(id).lazy.compactMap(\.session.user).first
                if let known, known.name != user.name { self.applyRename(user) }
            }
        } catch {
            // When the broker is back, it says so, and all users are looked up then.
            if self.degradation == nil { self.sessions.checkAgain(id, now: .now) }
        }
    }
}
