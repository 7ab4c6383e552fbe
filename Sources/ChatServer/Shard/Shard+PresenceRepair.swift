import ChatCore

// Presence may be lost on its way, and stands in no log: where something may be missing, the list of members is read, once
// for the room on this shard, and the members are told the difference. A broker that has lost who is here is told that
// first, by every shard; until they all had the time to, a list would lack some.
extension Shard {
    /// How long the other shards and nodes have to restore a room's members, before its list is read.
    private static let settling = Duration.milliseconds(1500)

    /// News of presence and names may have been lost, in every room; and what the broker knows, where it is doubtful.
    func doubtPresence() {
        let isBrokerDoubtful = self.isPresenceDoubtful
        self.isPresenceDoubtful = false
        // It takes each node its time to restore as many rooms.
        let settling = isBrokerDoubtful ? Self.settling + .milliseconds(self.rooms.count / 8) : .zero
        for room in self.rooms.values {
            room.crowd.doubt()
            if isBrokerDoubtful { self.restores.add(room.name) }
            self.seeTo(room, after: settling)
        }
        self.repairPresence()
        self.doubtNames()
    }

    /// The broker has lost who is in a room.
    func restore(_ room: LocalRoom) {
        room.crowd.doubt()
        self.restores.add(room.name)
        self.seeTo(room, after: Self.settling)
        self.repairPresence()
    }

    /// Notes what a room is due for: its list of members read, its count told.
    func seeTo(_ room: LocalRoom, after delay: Duration = .zero) {
        if room.crowd.isStale, !room.isCountDue {
            room.isCountDue = true
            self.countRooms.append(room)
        }
        guard room.crowd.needsReading, delay > .zero || room.readingDue == nil else { return }
        // It is looked at when the time has come: an earlier entry finds a later time then.
        let due = ContinuousClock.now + delay
        room.readingDue = max(room.readingDue ?? due, due)
        self.readings.schedule(room.name, at: due)
    }

    /// Restores what the broker may have lost, and reads the members of the rooms that need it, one room after the other;
    /// what could not be done is tried again by the next turn of the wheel.
    func repairPresence() {
        guard !self.isRepairingPresence else { return }
        self.isRepairingPresence = true
        self.spawn {
            if await self.restoreRooms() { await self.readRooms() }
            self.isRepairingPresence = false
        }
    }

    private func readRooms() async {
        while let name = self.readings.next(.now) {
            guard let room = self.rooms[name], let due = room.readingDue, due <= .now else { continue }
            room.readingDue = nil
            guard room.crowd.needsReading else { continue }
            room.crowd.beginReading()
            if case .failure = await self.readMembers(of: room, settles: false) { break }
        }
    }

    /// Reads the list of a room's members, and tells those who are here what they were not told.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - settles: Whether to wait, when the list lacks some, until everybody has had a moment to restore them; else the
    ///     list is put off for as long.
    /// - Returns: The list.
    func readMembers(of room: LocalRoom, settles: Bool) async -> Result<MemberPage, BrokerError> {
        do {
            var page = try await self.listMembers(of: room)
            // Once: those who are missing for longer are not restored by anybody.
            if !page.isWhole, !room.isSettling {
                room.isSettling = true
                self.restores.add(room.name)
                guard settles else {
                    room.crowd.readingFailed()
                    self.seeTo(room, after: Self.settling)
                    return .success(page)
                }
                _ = await self.restoreRooms()
                try? await Task.sleep(for: Self.settling)
                page = try await self.listMembers(of: room)
            }
            room.isSettling = false
            self.tell(room.crowd.receive(page), in: room)
            self.seeTo(room)
            return .success(page)
        } catch {
            room.crowd.readingFailed()
            self.seeTo(room, after: .seconds(1))
            return .failure(error)
        }
    }

    private func listMembers(of room: LocalRoom) async throws(BrokerError) -> MemberPage {
        let (limit, told) = (self.limits.members, room.crowd.pastVersion)
        return try await self.broker.members(room.name, cursor: nil, limit: limit, told: told)
    }

    /// Returns when a list of the room's members would lack nobody who is being restored.
    func settled(_ room: LocalRoom) async {
        while let due = room.readingDue, due > .now, !self.restores.isDone(room.name) || room.crowd.needsReading {
            try? await Task.sleep(until: due, clock: .continuous)
        }
    }
}
