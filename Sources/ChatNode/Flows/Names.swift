import ChatCore

/// New names of users: a user has one name on every connection of every node.
final class Names {
    /// The most names that are compared, or doubted, in one turn of a loop.
    private static let namesAtATime = 256

    private let clients: ClientTable
    private let rooms: RoomTable
    private let presence: PresenceKeeper
    private let sessions: SessionDesk
    private let rulings: RulingDesk
    private let costs: CostGuard
    private let answers: Answers
    private let loop: DeferredWork

    init(_ base: LoopBase, _ answers: Answers) {
        (self.clients, self.rooms, self.presence) = (base.clients, base.rooms, base.presence)
        (self.sessions, self.rulings, self.costs) = (base.sessions, base.node.rulings, base.node.costs)
        self.loop = base.loop
        self.answers = answers
    }

    // MARK: Renaming

    /// A client wants another name.
    func rename(_ client: Client, _ name: UserName, id: Int?) async {
        guard var user = client.user, let hash = client.keptSession.hash else { return }
        if let error = self.rulings.refusal(of: name, for: user.id) {
            return self.answers.refuse(error, id: id, to: client)
        }
        if let error = self.costs.renames.take(user.id, client.address?.block, now: .now) {
            return self.answers.refuse(error, id: id, to: client)
        }
        user.name = name
        do {
            try await self.sessions.rename(user, session: hash)
            client.session.renamed(user)
            client.keptSession = .long(hash)
            self.answers.reply(.renamed(user), id: id, to: client)
            self.judge(client)
        } catch {
            self.answers.refuse(error.protocolError, id: id, to: client)
        }
    }

    /// The token of a client has another name than the one before.
    ///
    /// When the broker cannot be told, or there were too many new names lately, the next `hello` tells it.
    func take(_ name: UserName?, of client: Client, while isInForce: () -> Bool) async {
        guard let name, var user = client.user, name != user.name, let hash = client.keptSession.hash else {
            return
        }
        guard self.rulings.refusal(of: name, for: user.id) == nil else { return }
        guard self.costs.renames.take(user.id, client.address?.block, now: .now) == nil else { return }
        user.name = name
        guard (try? await self.sessions.rename(user, session: hash)) != nil, isInForce() else { return }
        client.session.renamed(user)
        self.judge(client)
    }

    /// A user has another name, on every connection.
    func apply(_ user: User) {
        self.sessions.note(user)
        let clients = self.clients.of(user.id)
        for client in clients { client.session.renamed(user) }
        var names = self.presence.lingeringRooms(of: user.id)
        for client in clients { for membership in client.memberships { names.insert(membership.room.name) } }
        for room in names.compactMap({ self.rooms[$0] }) where room.presence.users[user.id] != nil {
            room.presence.users[user.id]?.user = user
            self.loop.start { await self.presence.rename(user, in: room) }
        }
    }

    // MARK: Reserved names

    /// Users whose names have become another user's are guests from now on.
    ///
    /// Names that look alike cannot be looked up, so all are compared, a slice at a time: others are served in between.
    func judgeAll() async {
        guard self.rulings.ask(\.reservesNames), self.sessions.beginJudging() else { return }
        repeat {
            var judged: Set<UserID> = []
            for (index, client) in self.clients.all.enumerated() {
                if index.isMultiple(of: Self.namesAtATime) { await self.loop.serveSockets() }
                guard !client.isClosed, let user = client.user, judged.insert(user.id).inserted else {
                    continue
                }
                await self.judge(user)
            }
        } while self.sessions.endJudging()
    }

    /// A client's user has just got its name, which may have been reserved while the broker was told of it.
    func judge(_ client: Client) {
        guard !client.isClosed, let user = client.user, self.rulings.shown(user) != user else { return }
        self.loop.start { await self.judge(user) }
    }

    /// A user whose name has become another user's is a guest from now on.
    ///
    /// Another node may say the same: it is the same name. Where the broker cannot be told, it is looked up when that is
    /// back, as every user is then.
    private func judge(_ user: User) async {
        let shown = self.rulings.shown(user)
        let clients = self.clients.of(user.id)
        guard shown != user, let hash = clients.lazy.compactMap(\.keptSession.hash).first else { return }
        for client in clients { self.answers.refuse(.nameReserved, id: nil, to: client) }
        try? await self.sessions.rename(shown, session: hash)
    }

    // MARK: Looking up

    /// The news of new names may have been lost.
    func doubt() {
        let users = Array(self.clients.connectedUsers)
        self.loop.inSlices(of: Self.namesAtATime, users) {
            self.sessions.doubt($0, now: .now)
        } then: {
            self.check()
        }
    }

    /// Looks up the names of the next users.
    func check() {
        while let user = self.sessions.beginCheck(now: .now) {
            guard let hash = self.clients.of(user).lazy.compactMap(\.keptSession.hash).first else {
                self.sessions.passOver()
                continue
            }
            self.loop.start {
                await self.check(user, hash)
                self.check()
            }
        }
    }

    private func check(_ id: UserID, _ hash: String) async {
        do {
            try await self.sessions.check(id, hash) { user in
                let known = self.clients.of(id).lazy.compactMap(\.user).first
                if let known, known.name != user.name { self.apply(user) }
            }
            if let user = self.clients.of(id).lazy.compactMap(\.user).first { await self.judge(user) }
        } catch {
            // When the broker is back, it says so, and all users are looked up then.
            if self.presence.outages.isEmpty { self.sessions.checkAgain(id, now: .now) }
        }
    }
}
