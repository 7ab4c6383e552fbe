import ChatCore

// New names of users: a user has one name on every connection of every node.
extension Shard {
    /// The most names that are compared in one turn of a loop.
    private static let namesAtATime = 256

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

    /// Users whose names have become another user's are guests from now on.
    ///
    /// Names that look alike cannot be looked up, so all are compared, a slice at a time: others are served in between.
    func judgeNames() async {
        guard self.node.rulings.ask(\.reservesNames), self.sessions.beginJudging() else { return }
        repeat {
            var judged: Set<UserID> = []
            for (index, client) in self.clients.all.enumerated() {
                if index.isMultiple(of: Self.namesAtATime) { await self.serveSockets() }
                guard !client.isClosed, let user = client.session.user, judged.insert(user.id).inserted else {
                    continue
                }
                await self.judgeName(of: user)
            }
        } while self.sessions.endJudging()
    }

    /// A client's user has just got its name, which may have been reserved while the broker was told of it.
    func judgeNewName(of client: Client) {
        guard !client.isClosed, let user = client.session.user, self.node.rulings.shown(user) != user else { return }
        self.spawn { await self.judgeName(of: user) }
    }

    /// A user whose name has become another user's is a guest from now on.
    ///
    /// Another node may say the same: it is the same name. Where the broker cannot be told, it is looked up when that is
    /// back, as every user is then.
    private func judgeName(of user: User) async {
        let shown = self.node.rulings.shown(user)
        let clients = self.clients.of(user.id)
        guard shown != user, let hash = clients.lazy.compactMap(\.keptSession.hash).first else { return }
        for client in clients { self.refuse(.nameReserved, id: nil, to: client) }
        try? await self.sessions.rename(shown, session: hash)
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
            if let user = self.clients.of(id).lazy.compactMap(\.session.user).first { await self.judgeName(of: user) }
        } catch {
            // When the broker is back, it says so, and all users are looked up then.
            if self.degradation == nil { self.sessions.checkAgain(id, now: .now) }
        }
    }
}
