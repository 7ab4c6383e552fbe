import ChatCore
import ChatIdentity
import ChatSystem
import NIOCore

// Commands become decisions of the session, and decisions are carried out.
extension Shard {
    /// The most times that a page of the past is read while messages of the room are deleted.
    private static let pastAttempts = 8

    /// Carries out what the session decided.
    func perform(_ action: CommandMachine.OnCommand, for client: Client) {
        // A client's earlier sends go before its next command.
        if case .send = action {} else { self.publishOutgoing() }
        self.metrics.commands.count(action)
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
        case .refuse(let refusal): self.tell(refusal, to: client)
        case .disconnect(let disconnect): self.close(client, disconnect)
        case .wait: break
        }
    }

    /// Commands that waited for a session or a room are carried out, and joins whose turn has come.
    func resume(_ commands: [CommandEnvelope], for client: Client) {
        self.resumeJoins(of: client)
        for command in commands where !client.isClosed { self.perform(client.session.resume(command), for: client) }
        self.resumeJoins(of: client)
        if client.heldBytes > 0 { self.account(for: client) }
    }

    private func resumeJoins(of client: Client) {
        while !client.isClosed, let join = client.session.takeJoin() {
            self.perform(client.session.resume(join), for: client)
        }
    }

    /// Starts work for a command that is counted as under way.
    func start(_ client: Client, _ work: @escaping () async -> Void) {
        client.began()
        self.spawn {
            await work()
            client.ended()
        }
    }

    // MARK: Questions

    private func rename(_ client: Client, _ name: UserName, id: Int?) async {
        guard var user = client.session.user, let hash = client.keptSession.hash else { return }
        if let error = self.node.rulings.refusal(of: name, for: user.id) {
            return self.refuse(error, id: id, to: client)
        }
        if let error = self.node.costs.renames.take(user.id, client.address?.block, now: .now) {
            return self.refuse(error, id: id, to: client)
        }
        user.name = name
        do {
            try await self.sessions.rename(user, session: hash)
            client.session.renamed(user)
            client.keptSession = .long(hash)
            self.reply(.renamed(user), id: id, to: client)
            self.judgeNewName(of: client)
        } catch {
            self.refuse(error.protocolError, id: id, to: client)
        }
    }

    private func members(_ client: Client, _ members: Command.Members, id: Int?) async {
        let room = members.room
        if let error = self.refusal(ofReading: room, .presence, by: client) ?? self.refusalOfPast(for: client, .now) {
            return self.refuse(error, id: id, room: room, to: client)
        }
        do {
            let key = MemberListKey(room: room, cursor: members.cursor, limit: self.limits.members)
            let page = try await self.node.memberLists.page(key)
            // The client may not read it any more.
            if let error = self.refusal(ofReading: room, .presence, by: client) {
                return self.refuse(error, id: id, room: room, to: client)
            }
            self.charge(page.members.count * CostGuard.bytesPerMember, to: client)
            self.reply(.members(room, page), id: id, to: client)
        } catch {
            self.refuse(error.protocolError, id: id, room: room, to: client)
        }
    }

    private func history(_ client: Client, _ history: Command.History, id: Int?) async {
        let room = history.room
        if let error = self.refusal(ofReading: room, .history, by: client) ?? self.refusalOfPast(for: client, .now) {
            return self.refuse(error, id: id, room: room, to: client)
        }
        let limit = min(history.limit ?? self.limits.history, self.limits.history)
        do {
            var page = try await self.pastPage(HistoryKey(room: room, before: history.before, limit: limit))
            if let error = self.refusal(ofReading: room, .history, by: client) {
                return self.refuse(error, id: id, room: room, to: client)
            }
            if let epoch = history.epoch, epoch != page.epoch { page.publications = [] }
            self.charge(page.publications.reduce(0) { $0 + $1.payload.readableBytes }, to: client)
            self.reply(.history(room, page), id: id, to: client)
        } catch {
            self.refuse(error.protocolError, id: id, room: room, to: client)
        }
    }

    /// A page of a room's past, without what was deleted by now.
    ///
    /// A client that was told of a deletion while the page was read would keep the text that the page still has.
    private func pastPage(_ key: HistoryKey) async throws(BrokerError) -> LogPage {
        for _ in 0..<Self.pastAttempts {
            let deletions = self.rooms[key.room]?.deletionCount
            let page = try await self.node.histories.page(key)
            if self.rooms[key.room]?.deletionCount == deletions { return page }
        }
        throw BrokerError(.overloaded, "messages of the room are being deleted, try again")
    }

    /// The error for a client that may not read something of a room; nil for one that may.
    private func refusal(ofReading room: RoomName, _ right: RoomRights, by client: Client) -> ProtocolError? {
        guard client.session.access.rights(in: room).isSuperset(of: right) else { return .forbidden(right, in: room) }
        return self.node.rulings.refusal(ofReading: room, by: client.visitor)
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
