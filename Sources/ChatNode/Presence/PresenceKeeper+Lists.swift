import ChatCore
import NIOCore

// What members are told of each other. Presence may be lost on its way, and stands in no log: where something may be missing,
// the list of members is read, once for the room on this shard, and the members are told the difference. A broker that has
// lost who is here is told that first, by every shard; until they all had the time to, a list would lack some.
extension PresenceKeeper {
    // MARK: Events

    /// Somebody came, went or has another name.
    func applied(
        _ kind: PresenceKind,
        _ change: PresenceChange,
        _ payload: ByteBuffer,
        in room: LocalRoom,
        on host: isolated some PresenceHost
    ) {
        let verdict = room.presence.crowd.receive(kind, change)
        self.seeTo(room)
        switch verdict {
        case .tell: host.tell(payload, in: room)
        case .tellCountSoon, .known: break
        case .hold: self.repair(on: host)
        }
    }

    /// The broker has counted so many changes: fewer here mean that some were lost.
    func expect(version: Int, in room: LocalRoom, on host: isolated some PresenceHost) {
        room.presence.crowd.expect(version: version)
        self.seeTo(room)
        self.repair(on: host)
    }

    /// The broker has lost who is in a room.
    func wasLost(_ room: LocalRoom, on host: isolated some PresenceHost) {
        room.presence.crowd.doubt()
        self.restore(room.name)
        self.seeTo(room, after: ListSettling.time)
        self.repair(on: host)
    }

    /// News may have been lost, in every room; and what the broker knows, where it is doubtful.
    func doubtAll(on host: isolated some PresenceHost) {
        let isBrokerDoubtful = self.isBrokerDoubtful
        self.isBrokerDoubtful = false
        // It takes each node its time to restore as many rooms.
        let settling = isBrokerDoubtful ? ListSettling.time + .milliseconds(self.rooms.count / 8) : .zero
        for room in self.rooms.all {
            room.presence.crowd.doubt()
            if isBrokerDoubtful { self.restore(room.name) }
            self.seeTo(room, after: settling)
        }
        self.repair(on: host)
    }

    /// Tells large rooms how many they are now.
    func tellCounts(on host: isolated some PresenceHost) {
        let rooms = self.counts
        self.counts = []
        for room in rooms {
            room.presence.isCountDue = false
            guard let (count, version) = room.presence.crowd.takeStale() else { continue }
            host.tell(Event.presence(room: room.name, memberCount: count, version: version).encoded(), in: room)
        }
    }

    // MARK: The list that a join is answered with

    // All members here have been told the same, so a list that is read once and followed by events is good for everybody: ten
    // thousand who come back at the same time read each room's list once.

    /// Makes the user a member and lists the members; what changes after that reaches the client as events.
    func memberPage(
        _ room: LocalRoom,
        _ user: User,
        on host: isolated some PresenceHost
    ) async throws(BrokerError) -> MemberPage {
        let version = try await self.registry.enter(room.name, user, holder: self.lease.holder)
        // The others may have been told of it by now, or be about to.
        host.takeEvents()
        var page: MemberPage
        var attempts = 3
        repeat {
            if let told = room.presence.crowd.page(with: user, since: version) { return told }
            // An event may overtake the list. The list is read again then, for nobody would tell the client of that change.
            page = try await room.presence.list.value {
                await self.settled(room)
                return await self.readMembers(of: room, settles: true, on: host)
            }.get()
            attempts -= 1
        } while attempts > 0 && (page.version < room.presence.crowd.version || room.presence.crowd.needsReading)
        return room.presence.crowd.page(with: user, since: version) ?? page
    }

    /// Returns when a list of the room's members would lack nobody who is being restored.
    private func settled(_ room: LocalRoom) async {
        while let due = room.presence.readingDue, due > .now,
            !self.isRestored(room.name) || room.presence.crowd.needsReading
        {
            try? await Task.sleep(until: due, clock: .continuous)
        }
    }

    // MARK: Repair

    /// Notes what a room is due for: its list of members read, its count told.
    func seeTo(_ room: LocalRoom, after delay: Duration = .zero) {
        if room.presence.crowd.isStale, !room.presence.isCountDue {
            room.presence.isCountDue = true
            self.counts.append(room)
        }
        guard room.presence.crowd.needsReading, delay > .zero || room.presence.readingDue == nil else { return }
        // It is looked at when the time has come: an earlier entry finds a later time then.
        let due = ContinuousClock.now + delay
        room.presence.readingDue = max(room.presence.readingDue ?? due, due)
        self.readings.schedule(room.name, at: due)
    }

    /// Restores what the broker may have lost, and reads the members of the rooms that need it, one room after the other;
    /// what could not be done is tried again by the next turn of the wheel.
    func repair(on host: isolated some PresenceHost) {
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

    private func readRooms(on host: isolated some PresenceHost) async {
        while let name = self.readings.next(.now) {
            guard let room = self.rooms[name], let due = room.presence.readingDue, due <= .now else { continue }
            room.presence.readingDue = nil
            guard room.presence.crowd.needsReading else { continue }
            room.presence.crowd.beginReading()
            if case .failure = await self.readMembers(of: room, settles: false, on: host) { break }
        }
    }

    /// Reads the list of a room's members, and tells those who are here what they were not told.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - settles: Whether to wait, when the list lacks some, until everybody has had a moment to restore them; else the
    ///     list is put off for as long.
    ///   - host: The shard.
    /// - Returns: The list.
    private func readMembers(
        of room: LocalRoom,
        settles: Bool,
        on host: isolated some PresenceHost
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
