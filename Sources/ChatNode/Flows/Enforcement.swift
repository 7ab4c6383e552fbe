import ChatCore

/// Moderators' rulings, as they reach the connections of this loop: those concerned are found by their users, addresses
/// and rooms, and nothing walks over all connections for one of them.
final class Enforcement {
    private let clients: ClientTable
    private let rooms: RoomTable
    private let rulings: RulingDesk
    private let endings: Endings
    private let removals: MemberRemovals
    private let names: Names
    private let speech: SpeechRules
    private let loop: DeferredWork

    init(_ base: LoopBase, _ endings: Endings, _ removals: MemberRemovals, _ names: Names, _ speech: SpeechRules) {
        (self.clients, self.rooms, self.rulings, self.loop) = (base.clients, base.rooms, base.node.rulings, base.loop)
        (self.endings, self.removals) = (endings, removals)
        (self.names, self.speech) = (names, speech)
    }

    // MARK: Changes

    /// Rulings hold, or hold no more.
    func apply(_ changes: [RulingBook.Change]) {
        for change in changes {
            switch change {
            case .put(let ruling): self.enforce(ruling)
            case .lifted(let ruling): self.changed(ruling.matter)
            }
        }
    }

    /// So much has changed that everything is looked at again.
    func applyAll() {
        self.speech.lookUpRooms()
        for client in self.clients.all {
            self.speech.noteMutes(of: client)
            self.judgeToken(of: client)
            self.judge(client)
        }
        self.loop.start { await self.names.judgeAll() }
    }

    private func enforce(_ ruling: Ruling) {
        self.changed(ruling.matter)
        switch ruling.matter {
        case .ban(let target, _):
            for client in self.clients(target) {
                self.extend(ruling, to: client)
                self.judge(client)
            }
        case .mute(let target, _): for client in self.clients(target) { self.extend(ruling, to: client) }
        case .kick(let user, let room):
            for client in self.clients.of(user) {
                if let membership = client.membership(in: room) { self.removals.remove(membership, .kicked(ruling)) }
            }
        case .closed(let room):
            guard let room = self.rooms[room] else { return }
            for membership in room.live + room.catchingUp { self.removals.remove(membership, .roomClosed(ruling)) }
        case .revocation(let tokens): for client in self.clients(tokens) { self.judgeToken(of: client) }
        case .reserved: self.loop.start { await self.names.judgeAll() }
        case .slow, .words: break
        }
    }

    /// What is kept here about rooms and mutes follows a ruling that has changed.
    private func changed(_ matter: Ruling.Matter) {
        switch matter {
        case .closed(let room), .slow(let room, _), .words(let room, _):
            self.speech.lookUp(room)
        case .mute(let target, _): for client in self.clients(target) { self.speech.noteMutes(of: client) }
        case .ban, .kick, .revocation, .reserved: break
        }
    }

    private func clients(_ target: Ruling.Target) -> [Client] {
        switch target {
        case .user(let id): self.clients.of(id)
        case .network(let network): self.clients.of(network)
        }
    }

    /// Those whose tokens may be meant; one token is a rare case, and is looked for among all.
    private func clients(_ tokens: Ruling.Tokens) -> [Client] {
        switch tokens {
        case .user(let id, before: _): self.clients.of(id)
        case .token, .all: self.clients.all
        }
    }

    /// Closes a connection whose token was revoked: it may come back with a fresh one.
    private func judgeToken(of client: Client) {
        guard !client.isClosed, let grant = client.session.access.grant else { return }
        if self.rulings.isRevoked(grant) { self.endings.close(client, .tokenExpired) }
    }

    private func extend(_ ruling: Ruling, to client: Client) {
        guard ruling.coversAddress, let address = client.address else { return }
        self.loop.start { await self.rulings.extend(ruling, to: address) }
    }

    /// Whoever is banned or muted comes from another address now.
    private func extendAll(of user: UserID, to client: Client) {
        guard let address = client.address, self.rulings.ask({ !$0.covering(user).isEmpty }) else { return }
        self.loop.start { await self.rulings.extendAll(of: user, to: address) }
    }

    /// Ends what a client may not do any more.
    private func judge(_ client: Client) {
        guard !client.isClosed, client.user != nil else { return }
        let visitor = client.visitor
        if let ban = self.rulings.ban(of: visitor) { return self.endings.close(client, .banned(ban)) }
        for membership in client.memberships {
            let error = self.rulings.refusal(of: visitor, in: membership.room.name)
            if let error { self.removals.remove(membership, error) }
        }
    }

    // MARK: Arrivals

    /// A client arrives as a user; what holds for the user's address holds for this one, too.
    ///
    /// - Returns: Why it may not be on the server; nil when it may.
    func judgeArrival(of client: Client, as user: User, _ access: Access) -> Disconnect? {
        if let grant = access.grant, self.rulings.isRevoked(grant) { return .tokenExpired }
        self.extendAll(of: user.id, to: client)
        guard let ban = self.rulings.ban(of: Visitor(user: user.id, address: client.address)) else { return nil }
        return .banned(ban)
    }

    /// Takes out a member whose join is about to be answered, if a ruling has come meanwhile.
    ///
    /// - Returns: Whether it was taken out.
    func removeIfRuledOut(_ membership: Membership) -> Bool {
        let visitor = membership.client.visitor
        guard let error = self.rulings.refusal(of: visitor, in: membership.room.name) else { return false }
        self.removals.remove(membership, error)
        return true
    }
}
