import ChatCore
import NIOCore

// A join from its command to the live member, from top to bottom. The order is: subscribe, let the tail buffer, read the
// log, merge by position, go live. Other tasks run at each `await`, so the code checks again after it what it knew
// before.
extension Shard: ReplayHost {
    /// The most times that a join checks whether the shard has heard of a log that started again.
    private static let planAttempts = 20

    // MARK: Joining

    /// A client joins a room, or asks for a replay of a room it is in.
    func join(_ client: Client, _ join: Command.Join, id: Int?, isMember: Bool) {
        if let error = self.node.rulings.refusal(of: client.visitor, in: join.room) {
            self.refuse(error, id: id, room: join.room, to: client)
            return self.resume(client.session.expelled(join.room), for: client)
        }
        let isOpening = self.rooms[join.room] == nil && !self.node.occupancy.contains(join.room)
        if let error = self.refusal(of: join, for: client, isMember: isMember) {
            self.refuse(error, id: id, room: join.room, to: client)
            let held = isMember ? client.session.joined(join.room) : client.session.expelled(join.room)
            return self.resume(held, for: client)
        }
        let room = self.room(join.room)
        let membership: Membership
        if isMember, let existing = client.membership(in: join.room) {
            membership = existing
        } else {
            guard let user = client.session.user else { return }
            let rights = client.session.access.rights(in: join.room)
            let hearsPresence = rights.contains(.presence) && !client.isListener
            membership = Membership(client: client, room: room, hearsPresence: hearsPresence)
            client.memberships.append(membership)
            room.add(membership)
            if membership.isPresent { self.presence.entered(user, in: room) } else { self.beginListening(in: room) }
        }
        self.crowds?.announce()
        self.start(client) {
            await self.crowds?.passAnnounced()
            if isOpening { await self.settleOpening(of: room, by: client) }
            await self.enter(membership, join, id: id, isMember: isMember)
        }
    }

    private func enter(_ membership: Membership, _ join: Command.Join, id: Int?, isMember: Bool) async {
        let client = membership.client
        do {
            try await membership.room.opened()
            // It may be one of many that were here for a moment.
            guard client.has(membership) else { return self.joinEnded(membership, id: id) }
            var start = join.start
            // A client in the room already has its messages; only a resume gets a replay.
            if isMember, case .last = start { start = .live }
            if case .last = start, !client.session.access.rights(in: join.room).contains(.history) { start = .live }
            let (catchUp, page) = try await self.answer(membership, start, id: id)
            guard let catchUp else { return self.joinEnded(membership, id: id) }
            // A member that catches up already goes on with that, unless it asked for another place.
            if !isMember || start != .live { await Replay(for: membership, catchUp).run(page, on: self) }
            guard client.has(membership) else { return }
            self.resume(client.session.joined(join.room), for: client)
        } catch {
            guard !client.isClosed else { return }
            self.refuse(error.protocolError, id: id, room: join.room, to: client)
            guard client.has(membership) else { return }
            guard !isMember else { return self.resume(client.session.joined(join.room), for: client) }
            self.expel(membership)
            self.resume(client.session.expelled(join.room), for: client)
        }
    }

    /// A client was taken out of the room before its `join` was answered, or has gone.
    private func joinEnded(_ membership: Membership, id: Int?) {
        let (client, room) = (membership.client, membership.room.name)
        guard !client.isClosed else { return }
        let error = membership.removal ?? ProtocolError(.forbidden, "you were taken out of \(room)")
        self.refuse(error, id: id, room: room, to: client)
    }

    /// The room of a name; the first call subscribes to its events.
    private func room(_ name: RoomName) -> LocalRoom {
        if let room = self.rooms[name] { return room }
        let room = LocalRoom(name: name, limits: self.limits)
        self.rooms[name] = room
        self.spawn { await self.subscribe(room) }
        return room
    }

    private func subscribe(_ room: LocalRoom) async {
        do {
            room.opened(at: try await self.messages.subscribe(room.name, self.inbox))
            self.closeIfUnused(room)
        } catch {
            guard room.failed(error) else { return }
            if self.rooms[room.name] === room { self.rooms[room.name] = nil }
            self.presence.abandon(room)
        }
    }

    /// Answers a `join` with the head, the members and the number of messages that follow.
    ///
    /// - Returns: The member's catch-up, with the page that was read for it; nil when it has gone meanwhile, and was not
    ///   answered.
    private func answer(
        _ membership: Membership,
        _ start: JoinStart,
        id: Int?
    ) async throws(BrokerError) -> (CatchUp?, LogPage?) {
        let (client, room) = (membership.client, membership.room)
        var (catchUp, announcement, page) = try await self.plan(start, for: room)
        // Not earlier: while the log was read, the user may have changed name or gone, or been taken out of the room.
        guard client.has(membership), let user = client.session.user else { return (nil, nil) }
        // Last: after the list, each change of members comes as an event.
        var members = membership.isPresent ? try await self.presence.memberPage(room, user, on: self) : .untold
        guard client.has(membership), self.mayStay(membership) else { return (nil, nil) }
        if !membership.hearsPresence { members = .untold }
        if !client.session.access.rights(in: room.name).contains(.history) {
            (catchUp, announcement) = CatchUp.withoutPast(announcement, start)
            page = nil
        }
        let head = announcement.head
        let reply = JoinReply(
            room: room.name,
            head: head,
            recovered: announcement.recovered,
            replay: announcement.replay,
            members: members
        )
        if membership.slot != nil {
            // Frames that wait for live members are at or below the head in this answer.
            self.broadcastNow(room)
            // It may have been too slow for these frames.
            guard !client.isClosed else { return (nil, nil) }
            if case .after = start { room.makeCatchUp(membership) }
        }
        if client.isListener {
            self.begin(listener: client, at: announcement)
        } else {
            self.reply(.joined(reply), id: id, to: client)
        }
        membership.isAnswered = true
        if announcement.isReset { self.tellReset(of: room.name, to: head, client) }
        if let gap = announcement.gap { self.tellGap(gap, head.epoch, in: room.name, client) }
        return (catchUp, page)
    }

    /// Plans how a member catches up, and reads the log if the plan needs it.
    private func plan(
        _ start: JoinStart,
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
            // Between the reading and this line the room may have moved on; the plan is made for its present position.
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
            // The log started again and this shard has not been told.
            _ = try await self.messages.subscribe(room.name, self.inbox)
            try? await Task.sleep(for: Replay.retryDelay)
        }
        throw BrokerError(.away, "the room's log begins anew, try again")
    }

    // MARK: Replays

    func page(_ room: RoomName, after seq: Int, standing: LogPosition) async throws(BrokerError) -> LogPage {
        try await self.node.logs.page(room, after: seq, known: standing, standing: standing)
    }

    func tellGap(_ gap: ClosedRange<Int>, _ epoch: Epoch, in room: RoomName, _ client: Client) {
        self.metrics.didTellGap(to: 1)
        let event = Event.gap(room: room, epoch: epoch, from: gap.lowerBound, to: gap.upperBound)
        self.send(event.encoded(), to: client)
    }

    func tellReset(of room: RoomName, to head: LogPosition, _ client: Client) {
        self.metrics.didTellReset(to: 1)
        self.send(Event.reset(room: room, head: head).encoded(), to: client)
    }

    func askForHead(of room: RoomName) async { _ = try? await self.messages.subscribe(room, self.inbox) }

    /// Messages were lost on the way to this shard: every live member catches up from the room's old position, by the
    /// log.
    func resynchronize(_ room: LocalRoom) {
        guard let position = room.position else { return }
        let members = self.halt(room).map { (membership: $0, catchUps: $0.catchUps) }
        self.spawn {
            // It asks again until it gets an answer: nothing else helps the members of this room.
            while !room.live.isEmpty || !room.catchingUp.isEmpty {
                if let head = try? await self.messages.subscribe(room.name, self.inbox) {
                    self.advance(room, to: head)
                    break
                }
                // Not all rooms at the same time.
                try? await Task.sleep(for: .seconds(1) * Double.random(in: 0.5...1.5))
            }
            // A member that has started its own replay meanwhile goes on with that.
            for member in members where member.membership.catchUps == member.catchUps {
                self.replay(after: position, for: member.membership)
            }
        }
    }

    /// Moves a room to the position that the broker answered.
    ///
    /// Members that went live during the request are at the room's old position, and read the messages in between.
    private func advance(_ room: LocalRoom, to head: LogPosition) {
        guard let position = room.position, room.isBehind(head) else { return }
        let members = self.halt(room)
        room.move(to: head)
        for membership in members { self.replay(after: position, for: membership) }
    }

    /// Takes all live members from the broadcast, after writing the frames gathered for them.
    private func halt(_ room: LocalRoom) -> [Membership] {
        self.broadcastNow(room)
        let members = room.live
        for membership in members { room.makeCatchUp(membership) }
        return members
    }

    private func replay(after position: LogPosition, for membership: Membership) {
        let client = membership.client
        guard !client.isClosed, client.membership(in: membership.room.name) === membership else { return }
        let replay = Replay(for: membership, CatchUp(position: position))
        self.spawn { await replay.run(nil, on: self) }
    }
}
