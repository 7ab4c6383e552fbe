import ChatCore
import NIOCore

// Joining and leaving. The order is: subscribe, let the tail buffer, read the log, merge by position, go live.
extension Shard {
    /// How long the broker goes on handing on a room that nobody is in any more.
    static let linger = Duration.seconds(5)
    /// How often a join looks whether the shard has heard of a log that began anew.
    private static let planAttempts = 20

    /// A client joins a room, or asks for a replay of one it is in.
    func join(_ client: Client, _ join: Command.Join, id: Int?, isMember: Bool) {
        let room = self.room(join.room)
        let membership: Membership
        if isMember, let existing = client.membership(in: join.room) {
            membership = existing
        } else {
            guard let user = client.session.user else { return }
            membership = Membership(client: client, room: room)
            client.memberships.append(membership)
            room.add(membership)
            self.hold(user, in: room)
        }
        client.began()
        self.spawn {
            await self.enter(membership, join, id: id, isMember: isMember)
            client.ended()
        }
    }

    private func enter(_ membership: Membership, _ join: Command.Join, id: Int?, isMember: Bool) async {
        let client = membership.client
        do {
            try await self.open(membership.room)
            var start = join.start
            // Who is in the room already has what was said; only a resume is replayed.
            if isMember, case .last = start { start = .live }
            let (catchUp, page) = try await self.answer(membership, start, id: id)
            guard let catchUp, !client.isClosed else { return }
            // A member that catches up already goes on with that, unless it asked for another place.
            if !isMember || start != .live { await self.catchUp(membership, catchUp, page) }
            self.resume(client.session.joined(join.room), for: client)
        } catch {
            guard !client.isClosed else { return }
            self.refuse(error.protocolError, id: id, room: join.room, to: client)
            guard !isMember else { return self.resume(client.session.joined(join.room), for: client) }
            self.expel(membership)
            self.resume(client.session.refusedJoin(join.room), for: client)
        }
    }

    /// Answers a `join` with the head, the members and what is going to follow.
    ///
    /// - Returns: How the member catches up, with the page that was read for it; nil when it has gone meanwhile.
    private func answer(
        _ membership: Membership,
        _ start: ReplayStart,
        id: Int?
    ) async throws(BrokerError) -> (CatchUp?, LogPage?) {
        let (client, room) = (membership.client, membership.room)
        let (catchUp, announcement, page) = try await self.plan(start, for: room)
        // Only now: while the log was read, the user may have taken another name or gone.
        guard !client.isClosed, let user = client.session.user else { return (nil, nil) }
        // Last: from the list on, whoever comes or goes is told by an event.
        let members = try await self.memberPage(room, user)
        guard !client.isClosed else { return (nil, nil) }
        let head = announcement.head
        let reply = JoinReply(
            room: room.name,
            head: head,
            recovered: announcement.recovered,
            replay: announcement.replay,
            members: members
        )
        if membership.slot != nil {
            // Frames that wait for those who are live lie at or below the head that is told here.
            self.flush(room)
            // It may have been too slow for them.
            guard !client.isClosed else { return (nil, nil) }
            if case .after = start { room.makeCatchUp(membership) }
        }
        self.reply(.joined(reply), id: id, to: client)
        membership.isAnswered = true
        if announcement.isReset { self.send(Event.reset(room: room.name, head: head).encoded(), to: client) }
        if let gap = announcement.gap { self.sendGap(gap, head.epoch, to: membership) }
        return (catchUp, page)
    }

    /// Plans how a member catches up, with a look at the log where the plan needs one.
    private func plan(
        _ start: ReplayStart,
        for room: LocalRoom
    ) async throws(BrokerError) -> (CatchUp, CatchUp.Announcement, LogPage?) {
        for _ in 0..<Self.planAttempts {
            guard let position = room.position else { break }
            var page: LogPage?
            if CatchUp.needsLog(start, room: position, tail: room.tail) {
                let seq = CatchUp.readStart(start, room: position, limit: self.limits.history)
                let known = CatchUp.knownPosition(start, room: position)
                page = try await self.node.logs.page(room.name, after: seq, known: known, standing: position)
            }
            // Between the reading and this line the room may have moved on; the plan is made for where it stands now.
            if let position = room.position,
                let (catchUp, announcement) = CatchUp.plan(
                    start,
                    room: position,
                    page: page,
                    limit: self.limits.history
                )
            {
                return (catchUp, announcement, page)
            }
            // The log began anew and this shard has not been told: to ask for the head makes the broker look.
            _ = try await self.broker.subscribe(room.name, self.inbox)
            try? await Task.sleep(for: Self.retryDelay)
        }
        throw BrokerError("the room's log begins anew, try again")
    }

    /// A client leaves a room.
    func leave(_ client: Client, _ name: RoomName, id: Int?) {
        guard let membership = client.membership(in: name), let user = client.session.user else { return }
        client.memberships.removeAll { $0 === membership }
        let room = membership.room
        room.remove(membership)
        room.wake()
        guard self.unhold(user.id, in: room) else { return self.reply(.left(name), id: id, to: client) }
        client.began()
        self.spawn {
            await self.depart(user.id, from: room)
            self.reply(.left(name), id: id, to: client)
            client.ended()
        }
    }

    private func expel(_ membership: Membership) {
        membership.client.memberships.removeAll { $0 === membership }
        membership.room.remove(membership)
        if let user = membership.client.session.user { self.release(user.id, in: membership.room) }
    }

    // MARK: Opening and closing

    private func room(_ name: RoomName) -> LocalRoom {
        if let room = self.rooms[name] { return room }
        let room = LocalRoom(name: name, limits: self.limits)
        self.rooms[name] = room
        self.spawn { await self.subscribe(room) }
        return room
    }

    /// Returns when the broker hands on what happens in the room.
    private func open(_ room: LocalRoom) async throws(BrokerError) {
        switch room.state {
        case .open: return
        case .failed(let error): throw error
        case .opening: break
        }
        let result: Result<Void, BrokerError> = await withCheckedContinuation { continuation in
            guard case .opening(let waiting) = room.state else { return continuation.resume(returning: .success(())) }
            room.state = .opening(waiting + [continuation])
        }
        try result.get()
    }

    private func subscribe(_ room: LocalRoom) async {
        let failure: BrokerError
        do {
            let head = try await self.broker.subscribe(room.name, self.inbox)
            guard case .opening(let waiting) = room.state else { return }
            room.opened(at: head)
            for continuation in waiting { continuation.resume(returning: .success(())) }
            return self.closeIfUnused(room)
        } catch {
            failure = error
        }
        guard case .opening(let waiting) = room.state else { return }
        if self.rooms[room.name] === room { self.rooms[room.name] = nil }
        room.state = .failed(failure)
        for continuation in waiting { continuation.resume(returning: .failure(failure)) }
    }

    /// Lets go of a room that nobody needs, after a while.
    func closeIfUnused(_ room: LocalRoom) {
        if room.isUnused { self.wheel.schedule(.close(room.name), after: Self.linger) }
    }

    func closeUnused(_ name: RoomName) {
        guard let room = self.rooms[name], room.isUnused, case .open = room.state else { return }
        self.rooms[name] = nil
        self.spawn {
            await self.broker.unsubscribe(name, self.inbox)
            // Somebody may have come in the meantime and subscribed before this took effect.
            if let successor = self.rooms[name] { self.resynchronize(successor) }
        }
    }
}
