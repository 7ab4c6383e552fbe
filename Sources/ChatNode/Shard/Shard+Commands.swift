import ChatCore
import ChatIdentity
import ChatSystem
import NIOCore

/// A send that waits for its tick.
struct Outgoing {
    var client: Client
    var id: Int?
    var draft: Draft
}

// Commands become decisions of the session, and decisions are carried out.
extension Shard {
    /// Carries out what the session decided.
    func perform(_ action: SessionMachine.OnCommand, for client: Client) {
        // A client's earlier sends go before its next command.
        if case .send = action {} else { self.publishOutgoing() }
        switch action {
        case .open(let hello, let id): self.start(client) { await self.open(client, hello, id: id) }
        case .join(let join, let id, let isMember): self.join(client, join, id: id, isMember: isMember)
        case .leave(let leave, let id): self.leave(client, leave.room, id: id)
        case .send(let send, let id): self.publish(client, send, id: id)
        case .typing(let typing, let id): self.type(client, typing, id: id)
        case .members(let members, let id): self.start(client) { await self.members(client, members, id: id) }
        case .history(let history, let id): self.start(client) { await self.history(client, history, id: id) }
        case .rename(let rename, let id): self.start(client) { await self.rename(client, rename.name, id: id) }
        case .refresh(let refresh, let id): self.start(client) { await self.refresh(client, refresh.token, id: id) }
        case .delete(let delete, let id): self.delete(client, delete, id: id)
        case .moderate(let order, let id): self.moderate(client, order, id: id)
        case .pong(let id): self.reply(.pong(time: WallClock.now()), id: id, to: client)
        case .refuse(let refusal): self.send(refusal.encoded(), to: client)
        case .disconnect(let disconnect): self.close(client, disconnect)
        case .wait: break
        }
    }

    /// Commands that waited for a session or a room are carried out.
    func resume(_ commands: [CommandEnvelope], for client: Client) {
        for command in commands where !client.isClosed { self.perform(client.session.resume(command), for: client) }
    }

    /// Starts work for a command that is counted as under way.
    func start(_ client: Client, _ work: @escaping () async -> Void) {
        client.began()
        self.spawn {
            await work()
            client.ended()
        }
    }

    // MARK: Sends

    /// A member sends.
    func publish(_ client: Client, _ send: Command.Send, id: Int?) {
        guard let user = client.session.user else { return }
        let payers = SendLimiter.Send(user: user.id, address: client.address?.block, room: send.room)
        if let error = self.node.costs.sends.take(payers, now: ContinuousClock.now) {
            return self.refuse(error, id: id, room: send.room, to: client)
        }
        if client.isMutedSomewhere || !self.ruledRooms.isEmpty, let error = self.refusal(of: send, by: client, user) {
            self.node.costs.sends.giveBack(room: send.room, now: .now)
            return self.refuse(error, id: id, room: send.room, to: client)
        }
        if case .shortly(let hash) = client.keptSession { self.keepSession(of: client, hash) }
        let tail = PublicationCodec.tail(sender: user, text: send.text.rawValue, kind: send.kind, key: send.key)
        client.began()
        self.outgoing.append(
            Outgoing(client: client, id: id, draft: Draft(room: send.room, sender: user.id, key: send.key, tail: tail))
        )
        self.scheduleTick()
    }

    /// A guest sends something: from now on its session is kept for the full time.
    private func keepSession(of client: Client, _ hash: String) {
        client.keptSession = .long(hash)
        self.spawn {
            // Its next message tries again.
            if await !self.sessions.keep(hash) { client.keptSession = .shortly(hash) }
        }
    }

    /// Hands the sends of this tick to the broker.
    func publishOutgoing() {
        guard !self.outgoing.isEmpty else { return }
        let batch = self.outgoing
        self.outgoing = []
        self.spawn {
            let results = await self.messages.publish(batch.map(\.draft))
            for (sent, result) in zip(batch, results) { self.settle(sent, result) }
        }
    }

    private func settle(_ sent: Outgoing, _ result: Result<Receipt, BrokerError>) {
        sent.client.ended()
        switch result {
        case .success(let receipt):
            if !receipt.isDuplicate { self.metrics.didPublish() }
            self.reply(.sent(sent.draft.room, receipt), id: sent.id, to: sent.client)
        case .failure(let error):
            if !self.ruledRooms.isEmpty { self.node.rulings.pauses.giveBack(sent.draft.sender, in: sent.draft.room) }
            self.refuse(error.protocolError, id: sent.id, room: sent.draft.room, to: sent.client)
        }
    }

    // MARK: Session

    /// The most milliseconds that a client is told to stay away for.
    private static let longestWait = 60_000

    private func open(_ client: Client, _ hello: Command.Hello, id: Int?) async {
        let access: Access
        do throws(TokenRefusal) { access = try await self.access(of: hello) } catch {
            return self.turnAway(client, error)
        }
        guard !client.isClosed else { return }
        do {
            try await self.node.rulings.ready()
            // Somebody at a banned address costs no session.
            if let ban = self.node.rulings.ban(of: client.visitor) { return self.close(client, .banned(ban)) }
            try await self.sessions.open(hello, access, from: client.address) {
                self.opened($0, access, for: client, id: id)
            }
        } catch {
            // A welcome promises that the session brings the same user back, so there is none while the broker cannot
            // keep it.
            let away = Disconnect(code: Disconnect.overCapacity.code, reason: error.reason)
            let wait = min(error.retryMilliseconds ?? 0, Self.longestWait)
            self.close(client, away, reconnectMilliseconds: wait + .random(in: 1000...3000))
        }
    }

    private func opened(_ session: OpenedSession, _ access: Access, for client: Client, id: Int?) {
        guard !client.isClosed else { return }
        if let reason = self.exclusion(of: client, as: session.user, access) { return self.close(client, reason) }
        self.node.sessions.hold(session.hash)
        client.keptSession = session.isGuest ? .shortly(session.hash) : .long(session.hash)
        let welcome = Welcome(
            user: session.user,
            session: session.secret,
            resumed: session.isResumed,
            node: self.node.name,
            server: NodeContext.serverVersion,
            limits: Welcome.Limits(self.limits),
            pingSeconds: Int(self.limits.pingInterval.inSeconds),
            tokenSeconds: access.grant.map { Self.seconds(until: $0.expiry) }
        )
        self.sendFirst(Event.welcome(welcome).encoded(id: id), to: client)
        if let degradation { self.send(Event.status(.degraded, detail: degradation).encoded(), to: client) }
        self.clients.belongs(client, to: session.user)
        if let grant = access.grant { self.watchExpiry(of: client, grant) }
        let waiting = client.session.opened(session.user, access: access)
        self.noteMutes(of: client)
        self.resume(waiting, for: client)
    }

    private func rename(_ client: Client, _ name: UserName, id: Int?) async {
        guard var user = client.session.user, let hash = client.keptSession.hash else { return }
        if let error = self.node.costs.takeRename(user.id, client.address?.block, now: .now) {
            return self.refuse(error, id: id, to: client)
        }
        user.name = name
        do {
            try await self.sessions.rename(user, session: hash)
            client.session.renamed(user)
            client.keptSession = .long(hash)
            self.reply(.renamed(user), id: id, to: client)
        } catch {
            self.refuse(error.protocolError, id: id, to: client)
        }
    }

    // MARK: Questions

    private func members(_ client: Client, _ members: Command.Members, id: Int?) async {
        let room = members.room
        let refusal =
            self.node.rulings.refusal(ofReading: room, by: client.visitor) ?? self.refusalOfPast(for: client, .now)
        if let error = refusal {
            return self.refuse(error, id: id, room: room, to: client)
        }
        do {
            let page = try await self.node.presence.members(room, cursor: members.cursor, limit: self.limits.members)
            self.charge(page.members.count * CostGuard.bytesPerMember, to: client)
            self.reply(.members(room, page), id: id, to: client)
        } catch {
            self.refuse(error.protocolError, id: id, room: room, to: client)
        }
    }

    private func history(_ client: Client, _ history: Command.History, id: Int?) async {
        if let error = self.node.rulings.refusal(ofReading: history.room, by: client.visitor) {
            return self.refuse(error, id: id, room: history.room, to: client)
        }
        let limit = min(history.limit ?? self.limits.history, self.limits.history)
        if let error = self.refusalOfPast(for: client, .now) {
            return self.refuse(error, id: id, room: history.room, to: client)
        }
        do {
            var page = try await self.messages.log(history.room, before: history.before, limit: limit)
            if let epoch = history.epoch, epoch != page.epoch { page.publications = [] }
            self.charge(page.publications.reduce(0) { $0 + $1.payload.readableBytes }, to: client)
            self.reply(.history(history.room, page), id: id, to: client)
        } catch {
            self.refuse(error.protocolError, id: id, room: history.room, to: client)
        }
    }

    private func type(_ client: Client, _ typing: Command.Typing, id: Int?) {
        guard let user = client.session.user else { return }
        if client.isMutedSomewhere, let error = self.node.rulings.muteRefusal(of: client.visitor, in: typing.room) {
            return self.refuse(error, id: id, room: typing.room, to: client)
        }
        if let error = self.node.costs.typing.take(client.address?.block, now: .now) {
            return self.refuse(error, id: id, room: typing.room, to: client)
        }
        if self.rooms[typing.room]?.presence.crowd.isLarge == false {
            self.spawn { await self.node.presence.signalTyping(typing.room, user, active: typing.isActive) }
        }
        self.reply(.typing(typing.room), id: id, to: client)
    }
}
