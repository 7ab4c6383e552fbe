import ChatCore

/// A join from its command to the live member, from top to bottom.
///
/// The order is: subscribe (``RoomSubscriptions``), let the tail buffer, read the log, merge by position, go live. Other tasks run
/// at each `await`, so the code checks again after it what it knew before.
final class Joins {
    /// The most times that a join checks whether the shard has heard of a log that started again.
    private static let planAttempts = 20

    private let messages: any MessageLog
    private let logs: ReplayPages
    private let rulings: RulingDesk
    private let inbox: EventInbox
    private let rooms: RoomSubscriptions
    private let presence: PresenceKeeper
    private let crowds: CrowdGate?
    private let costs: JoinCosts
    private let departures: Departures
    private let enforcement: Enforcement
    private let events: BrokerEvents
    private let replays: ReplaySupport
    private let answers: Answers
    private let broadcasts: Broadcasts
    private let heldCommands: HeldCommandsReturn
    private let state: LoopState
    private let loop: DeferredWork

    init(
        _ base: LoopBase,
        rooms: RoomSubscriptions,
        departures: Departures,
        enforcement: Enforcement,
        events: BrokerEvents,
        replays: ReplaySupport,
        answers: Answers,
        broadcasts: Broadcasts,
        heldCommands: HeldCommandsReturn
    ) {
        (self.messages, self.logs, self.rulings) = (base.node.messages, base.node.logs, base.node.rulings)
        (self.inbox, self.rooms, self.presence, self.crowds) = (base.inbox, rooms, base.presence, base.crowds)
        (self.costs, self.state, self.loop) = (JoinCosts(base), base.state, base.loop)
        (self.departures, self.enforcement, self.events, self.replays) = (departures, enforcement, events, replays)
        (self.answers, self.broadcasts, self.heldCommands) = (answers, broadcasts, heldCommands)
    }

    /// A client joins a room, or asks for a replay of a room it is in.
    func join(_ client: Client, _ join: Command.Join, id: Int?, isMember: Bool) {
        if let error = self.rulings.refusal(of: client.visitor, in: join.room) {
            self.answers.refuse(error, id: id, room: join.room, to: client)
            return self.end(join.room, client, isMember: false)
        }
        let opensRoom = self.costs.opensRoom(join.room)
        if let error = self.costs.refusal(of: join, for: client, isMember: isMember) {
            self.answers.refuse(error, id: id, room: join.room, to: client)
            return self.end(join.room, client, isMember: isMember)
        }
        let room = self.rooms.room(join.room)
        let membership: Membership
        if isMember, let existing = client.membership(in: join.room) {
            membership = existing
        } else {
            guard let user = client.user else { return }
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
            if opensRoom { await self.costs.settleOpening(of: room, by: client) }
            await self.enter(membership, join, id: id, isMember: isMember)
        }
    }

    private func enter(_ membership: Membership, _ join: Command.Join, id: Int?, isMember: Bool) async {
        let client = membership.client
        do {
            try await membership.room.opened()
            // It may be one of many that were here for a moment.
            guard client.has(membership) else { return self.tellRemoval(membership, id: id) }
            let start = Self.start(of: join, client, isMember: isMember)
            guard let plan = try await self.answer(membership, start, id: id) else {
                return self.tellRemoval(membership, id: id)
            }
            // A member that catches up already goes on with that, unless it asked for another place.
            if !isMember || start != .live {
                await Replay(for: membership, plan.catchUp).run(plan.page, with: self.replays)
            }
            // Whoever took it out has ended the join as well.
            guard client.has(membership) else { return }
            self.end(join.room, client, isMember: true)
        } catch {
            guard !client.isClosed else { return }
            self.answers.refuse(error.protocolError, id: id, room: join.room, to: client)
            guard client.has(membership) else { return }
            if !isMember { self.departures.expel(membership) }
            self.end(join.room, client, isMember: isMember)
        }
    }

    /// The place where a client begins: one in the room already has its messages, so that only a resume gets a replay,
    /// and the last messages need the right to read them.
    private static func start(of join: Command.Join, _ client: Client, isMember: Bool) -> JoinStart {
        guard case .last = join.start else { return join.start }
        let mayReadPast = client.session.access.rights(in: join.room).contains(.history)
        return isMember || !mayReadPast ? .live : join.start
    }

    /// A client was taken out of the room before its `join` was answered, or has gone; its join has ended by that.
    private func tellRemoval(_ membership: Membership, id: Int?) {
        let (client, room) = (membership.client, membership.room.name)
        guard !client.isClosed else { return }
        let error = membership.removal ?? ProtocolError(.forbidden, "you were taken out of \(room)")
        self.answers.refuse(error, id: id, room: room, to: client)
    }

    /// A join has ended: commands for the room that have waited are carried out, or refused.
    private func end(_ room: RoomName, _ client: Client, isMember: Bool) {
        let held = isMember ? client.session.joined(room) : client.session.expelled(room)
        self.heldCommands.release(held, for: client)
    }

    // MARK: The answer

    /// The way in which a member catches up, and the answer that says so.
    private struct Plan {
        let catchUp: CatchUpPlan
        let announcement: CatchUpPlan.Announcement
        /// The page that was read for the plan; nil where the room's tail was enough.
        let page: LogPage?

        /// The plan of a member that may not read the past.
        func withoutPast(_ start: JoinStart) -> Plan {
            let (catchUp, announcement) = CatchUpPlan.withoutPast(self.announcement, start)
            return Plan(catchUp: catchUp, announcement: announcement, page: nil)
        }
    }

    /// Answers a `join` with the head, the members and the number of messages that follow.
    ///
    /// - Returns: The way in which the member catches up; nil if it has gone, or was taken out, and was not answered.
    private func answer(_ membership: Membership, _ start: JoinStart, id: Int?) async throws(BrokerError) -> Plan? {
        let (client, room) = (membership.client, membership.room)
        let planned = try await self.plan(start, for: room)
        // Not earlier: while the log was read, the user may have changed name or gone, or been taken out of the room.
        guard client.has(membership), let user = client.user else { return nil }
        // Last: after the list, each change of members comes as an event, which the flow of events tells.
        let members = membership.isPresent ? try await self.presence.memberPage(room, user, on: self.events) : .untold
        guard client.has(membership), !self.enforcement.removeIfRuledOut(membership) else { return nil }
        guard self.catchesUp(membership, start) else { return nil }
        let plan = membership.mayReadPast ? planned : planned.withoutPast(start)
        self.tell(plan.announcement, membership.hearsPresence ? members : .untold, to: membership, id: id)
        return plan
    }

    /// A live member that asks for another place is taken from the broadcast.
    ///
    /// - Returns: Whether the client is still there: it may have been too slow for the frames that were written to it.
    private func catchesUp(_ membership: Membership, _ start: JoinStart) -> Bool {
        guard membership.slot != nil else { return true }
        // Frames that wait for live members are at or below the head in its answer.
        self.broadcasts.sendNow(membership.room)
        guard !membership.client.isClosed else { return false }
        if case .after = start { membership.room.makeCatchUp(membership) }
        return true
    }

    private func tell(
        _ announcement: CatchUpPlan.Announcement,
        _ members: MemberPage,
        to membership: Membership,
        id: Int?
    ) {
        let (client, room, head) = (membership.client, membership.room.name, announcement.head)
        if client.isListener {
            self.answers.begin(listener: client, at: announcement)
        } else {
            let reply = JoinReply(
                room: room,
                head: head,
                recovered: announcement.recovered,
                replay: announcement.replay,
                members: members
            )
            self.answers.reply(.joined(reply), id: id, to: client)
        }
        membership.isAnswered = true
        if announcement.isReset { self.replays.tellReset(of: room, to: head, client) }
        if let gap = announcement.gap { self.replays.tellGap(gap, head.epoch, in: room, client) }
    }

    /// Plans how a member catches up, and reads the log if the plan needs it.
    private func plan(_ start: JoinStart, for room: LocalRoom) async throws(BrokerError) -> Plan {
        for _ in 0..<Self.planAttempts {
            guard let position = room.position else { break }
            var page: LogPage?
            if CatchUpPlan.needsLog(start, room: position, tail: room.tail) {
                let seq = CatchUpPlan.readStart(start, room: position, limit: self.state.limits.history)
                let known = CatchUpPlan.knownPosition(start, room: position)
                page = try await self.logs.page(room.name, after: seq, known: known, standing: position)
            }
            // Between the reading and this line the room may have moved on; the plan is made for its present position.
            if let position = room.position,
                let (catchUp, announcement) = CatchUpPlan.plan(
                    start,
                    room: position,
                    page: page,
                    limit: self.state.limits.history
                )
            {
                return Plan(catchUp: catchUp, announcement: announcement, page: page)
            }
            // The log started again and this shard has not been told.
            _ = try await self.messages.subscribe(room.name, self.inbox)
            try? await Task.sleep(for: Replay.retryDelay)
        }
        throw BrokerError(.away, "the room's log begins anew, try again")
    }
}
