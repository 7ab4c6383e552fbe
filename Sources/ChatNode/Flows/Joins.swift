import ChatCore

/// A join from its command to the live member, from top to bottom.
///
/// The order is: subscribe, let the tail buffer, read the log, merge by position, go live. Other tasks run at each
/// `await`, so the code checks again after it what it knew before.
final class Joins {
    /// The most times that a join checks whether the shard has heard of a log that started again.
    private static let planAttempts = 20

    private let messages: any MessageLog
    private let logs: LogReader
    private let rulings: RulingDesk
    private let inbox: BrokerInbox
    private let rooms: RoomTable
    private let presence: PresenceKeeper
    private let crowds: CrowdGate?
    private let limits: JoinLimits
    private let departures: Departures
    private let enforcement: Enforcement
    private let events: BrokerEvents
    private let replays: Replays
    private let answers: Answers
    private let broadcasts: Broadcasts
    private let resumption: Resumption
    private let state: LoopState
    private let loop: ShardLoop

    init(
        _ base: LoopBase,
        _ departures: Departures,
        _ enforcement: Enforcement,
        _ events: BrokerEvents,
        _ replays: Replays,
        _ answers: Answers,
        _ broadcasts: Broadcasts,
        _ resumption: Resumption
    ) {
        (self.messages, self.logs, self.rulings) = (base.node.messages, base.node.logs, base.node.rulings)
        (self.inbox, self.rooms, self.presence, self.crowds) = (base.inbox, base.rooms, base.presence, base.crowds)
        (self.limits, self.state, self.loop) = (JoinLimits(base), base.state, base.loop)
        (self.departures, self.enforcement, self.events, self.replays) = (departures, enforcement, events, replays)
        (self.answers, self.broadcasts, self.resumption) = (answers, broadcasts, resumption)
    }

    /// A client joins a room, or asks for a replay of a room it is in.
    func join(_ client: Client, _ join: Command.Join, id: Int?, isMember: Bool) {
        if let error = self.rulings.refusal(of: client.visitor, in: join.room) {
            self.answers.refuse(error, id: id, room: join.room, to: client)
            return self.resumption.resume(client.session.expelled(join.room), for: client)
        }
        let isOpening = self.limits.isOpening(join.room)
        if let error = self.limits.refusal(of: join, for: client, isMember: isMember) {
            self.answers.refuse(error, id: id, room: join.room, to: client)
            let held = isMember ? client.session.joined(join.room) : client.session.expelled(join.room)
            return self.resumption.resume(held, for: client)
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
            if membership.isPresent {
                self.presence.entered(user, in: room)
            } else {
                self.departures.beginListening(in: room)
            }
        }
        self.crowds?.announce()
        self.loop.start(for: client) {
            await self.crowds?.passAnnounced()
            if isOpening { await self.limits.settleOpening(of: room, by: client) }
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
            if !isMember || start != .live { await Replay(for: membership, catchUp).run(page, on: self.replays) }
            guard client.has(membership) else { return }
            self.resumption.resume(client.session.joined(join.room), for: client)
        } catch {
            guard !client.isClosed else { return }
            self.answers.refuse(error.protocolError, id: id, room: join.room, to: client)
            guard client.has(membership) else { return }
            guard !isMember else { return self.resumption.resume(client.session.joined(join.room), for: client) }
            self.departures.expel(membership)
            self.resumption.resume(client.session.expelled(join.room), for: client)
        }
    }

    /// A client was taken out of the room before its `join` was answered, or has gone.
    private func joinEnded(_ membership: Membership, id: Int?) {
        let (client, room) = (membership.client, membership.room.name)
        guard !client.isClosed else { return }
        let error = membership.removal ?? ProtocolError(.forbidden, "you were taken out of \(room)")
        self.answers.refuse(error, id: id, room: room, to: client)
    }

    /// The room of a name; the first call subscribes to its events.
    private func room(_ name: RoomName) -> LocalRoom {
        if let room = self.rooms[name] { return room }
        let room = LocalRoom(name: name, limits: self.state.limits)
        self.rooms[name] = room
        self.loop.start { await self.subscribe(room) }
        return room
    }

    private func subscribe(_ room: LocalRoom) async {
        do {
            room.opened(at: try await self.messages.subscribe(room.name, self.inbox))
            self.departures.closeIfUnused(room)
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
        var members = membership.isPresent ? try await self.presence.memberPage(room, user, on: self.events) : .untold
        guard client.has(membership), self.enforcement.mayStay(membership) else { return (nil, nil) }
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
            self.broadcasts.sendNow(room)
            // It may have been too slow for these frames.
            guard !client.isClosed else { return (nil, nil) }
            if case .after = start { room.makeCatchUp(membership) }
        }
        if client.isListener {
            self.answers.begin(listener: client, at: announcement)
        } else {
            self.answers.reply(.joined(reply), id: id, to: client)
        }
        membership.isAnswered = true
        if announcement.isReset { self.replays.tellReset(of: room.name, to: head, client) }
        if let gap = announcement.gap { self.replays.tellGap(gap, head.epoch, in: room.name, client) }
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
                let seq = CatchUp.readStart(start, room: position, limit: self.state.limits.history)
                let known = CatchUp.knownPosition(start, room: position)
                page = try await self.logs.page(room.name, after: seq, known: known, standing: position)
            }
            // Between the reading and this line the room may have moved on; the plan is made for its present position.
            if let position = room.position,
                let (catchUp, announcement) = CatchUp.plan(
                    start,
                    room: position,
                    page: page,
                    limit: self.state.limits.history
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
}
