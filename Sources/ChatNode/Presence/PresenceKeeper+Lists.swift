import ChatCore
import NIOCore

// Presence events for members. They may be lost on the way, and are in no log. When some may be missing, the list of
// members is read, once for the room on this shard, and the members get the difference. When a broker has lost its
// members, every shard first enters its own again; until all had the time for that, a list would lack some.
extension PresenceKeeper {
    // MARK: Events

    /// A user came, left or has another name.
    func applied(
        _ kind: PresenceKind,
        _ change: PresenceChange,
        _ payload: ByteBuffer,
        in room: LocalRoom,
        on host: some PresenceHost
    ) {
        let verdict = room.presence.crowd.receive(kind, change)
        self.seeTo(room)
        switch verdict {
        case .tell: host.tell(payload, in: room)
        case .tellCountSoon, .known: break
        case .hold: self.repair(on: host)
        }
    }

    /// The broker has counted this many changes: fewer here mean that some were lost.
    func expect(version: Int, in room: LocalRoom, on host: some PresenceHost) {
        room.presence.crowd.expect(version: version)
        self.seeTo(room)
        self.repair(on: host)
    }

    /// The broker has lost the members of a room.
    func wasLost(_ room: LocalRoom, on host: some PresenceHost) {
        room.presence.crowd.doubt()
        self.restore(room.name)
        self.seeTo(room, after: ListSettling.time)
        self.repair(on: host)
    }

    /// The broker may have lost its records of the members of these rooms.
    func doubtBroker(_ scope: RoomScope) {
        if !self.doubtfulScopes.contains(scope) { self.doubtfulScopes.append(scope) }
    }

    /// What may have been lost, for some of the rooms or for all.
    struct Doubt {
        /// The rooms whose events may have been lost.
        fileprivate let scope: RoomScope
        /// Of those, the rooms of which the broker may have lost its records.
        fileprivate let doubtful: [RoomScope]
        /// The time that others need to restore their members of those.
        fileprivate let settling: Duration
    }

    /// Events may have been lost in these rooms, and so may the broker's records where they are doubtful; ``doubt(_:_:)``
    /// follows for each room, and then ``repair(on:)``.
    func beginDoubt(of scope: RoomScope) -> Doubt {
        let doubtful = self.doubtfulScopes.filter { scope.isWhole || $0 == scope || $0.isWhole }
        self.doubtfulScopes.removeAll { scope.isWhole || $0 == scope }
        // Each node needs time to restore that many rooms.
        let settling = doubtful.isEmpty ? .zero : ListSettling.time + .milliseconds(self.rooms.count / 8)
        return Doubt(scope: scope, doubtful: doubtful, settling: settling)
    }

    /// Doubts what is known of a room, if it is one of those.
    func doubt(_ room: LocalRoom, _ doubt: Doubt) {
        // It may have been released since.
        guard self.rooms[room.name] === room, doubt.scope.contains(room.name) else { return }
        room.presence.crowd.doubt()
        let isDoubtful = doubt.doubtful.contains { $0.contains(room.name) }
        if isDoubtful { self.restore(room.name) }
        self.seeTo(room, after: isDoubtful ? doubt.settling : .zero)
    }

    /// Sends large rooms their present count.
    func tellCounts(on host: some PresenceHost) {
        let rooms = self.counts
        self.counts = []
        for room in rooms {
            room.presence.isCountDue = false
            guard let (count, version) = room.presence.crowd.takeStale() else { continue }
            host.tell(Event.presence(room: room.name, memberCount: count, version: version).encoded(), in: room)
        }
    }

    // MARK: The list in the answer to a join

    // All members here have been told the same, so one list, followed by events, is right for everybody: ten thousand
    // clients that come back at the same time need one reading of each room's list.

    /// Makes the user a member and lists the members; later changes reach the client as events.
    func memberPage(
        _ room: LocalRoom,
        _ user: User,
        on host: some PresenceHost
    ) async throws(BrokerError) -> MemberPage {
        let version = try await self.registry.enter(room.name, user, holder: self.lease.holder)
        // The other members may have been told of the user by now, or soon will be.
        host.takeEvents()
        var page: MemberPage
        var attempts = 3
        repeat {
            if let told = room.presence.crowd.page(with: user, since: version) { return told }
            // An event may overtake the list. Then the list is read again, since the client would get no event for that
            // change.
            page = try await room.presence.list.value {
                await self.settled(room)
                return await self.readMembers(of: room, settles: true, on: host)
            }.get()
            attempts -= 1
        } while attempts > 0 && (page.version < room.presence.crowd.version || room.presence.crowd.needsReading)
        return room.presence.crowd.page(with: user, since: version) ?? page
    }

    /// Returns when a list of the room's members would contain all members that are being restored.
    private func settled(_ room: LocalRoom) async {
        while let due = room.presence.readingDue, due > .now,
            !self.isRestored(room.name) || room.presence.crowd.needsReading
        {
            try? await Task.sleep(until: due, clock: .continuous)
        }
    }

    // MARK: Repair

    /// Notes the tasks that a room is due for: reading its list of members, sending its count.
    func seeTo(_ room: LocalRoom, after delay: Duration = .zero) {
        if room.presence.crowd.isStale, !room.presence.isCountDue {
            room.presence.isCountDue = true
            self.counts.append(room)
        }
        guard room.presence.crowd.needsReading, delay > .zero || room.presence.readingDue == nil else { return }
        // The time is checked when an entry is due: an earlier entry then finds a later time.
        let due = ContinuousClock.now + delay
        room.presence.readingDue = max(room.presence.readingDue ?? due, due)
        self.readings.schedule(room.name, at: due)
    }

    /// Restores members that the broker may have lost, and reads the members of the rooms that need it, one room after
    /// the other; the next turn of the wheel tries failures again.
    func repair(on host: some PresenceHost) {
        guard case .none = self.repair else { return self.repair = .underWayAndAskedFor }
        host.spawn {
            repeat {
                self.repair = .underWay
                if await self.restoreRooms(on: host) { await self.readRooms(on: host) }
            } while self.repair == .underWayAndAskedFor
            self.repair = .none
        }
        self.repair = .underWay
    }

    private func readRooms(on host: some PresenceHost) async {
        var passed = 0
        while let name = self.readings.next(.now) {
            guard let room = self.rooms[name], let due = room.presence.readingDue, due <= .now else { continue }
            room.presence.readingDue = nil
            // It is read when the server that has it is back.
            guard room.presence.crowd.needsReading, !self.isSetAside(name) else {
                passed += 1
                if passed.isMultiple(of: RestoreQueue.passedAtOnce) { await Self.giveWay() }
                continue
            }
            room.presence.crowd.beginReading()
            if case .failure = await self.readMembers(of: room, settles: false, on: host) { break }
        }
    }

    /// Reads the list of a room's members, and sends the members here the changes that they missed.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - settles: Whether to wait, when the list lacks some, until every shard has had a moment to restore its own;
    ///     otherwise the list is delayed for as long.
    ///   - host: The shard.
    /// - Returns: The list.
    private func readMembers(
        of room: LocalRoom,
        settles: Bool,
        on host: some PresenceHost
    ) async -> Result<MemberPage, BrokerError> {
        do {
            var page = try await self.listMembers(of: room)
            if case .wait(let due, let isFirst) = room.presence.settling.read(isWhole: page.isWhole, now: .now) {
                if isFirst { self.restore(room.name) }
                guard settles else {
                    room.presence.crowd.readingFailed()
                    self.seeTo(room, after: due - .now)
                    return .success(page)
                }
                _ = await self.restoreRooms(on: host)
                try? await Task.sleep(until: due, clock: .continuous)
                page = try await self.listMembers(of: room)
                room.presence.settling.end()
            }
            for event in room.presence.crowd.receive(page) { host.tell(event.encoded(), in: room) }
            self.seeTo(room)
            return .success(page)
        } catch {
            room.presence.crowd.readingFailed()
            self.seeTo(room, after: .seconds(1))
            return .failure(error)
        }
    }

    private func listMembers(of room: LocalRoom) async throws(BrokerError) -> MemberPage {
        let (limit, told) = (self.limits.members, room.presence.crowd.pastVersion)
        return try await self.registry.members(room.name, cursor: nil, limit: limit, told: told)
    }
}
