import ChatCore

/// What joins may cost others: how many there may be, of how many rooms, and how large a room may become.
final class JoinCosts {
    private let costs: CostGuard
    private let occupancy: Occupancy
    private let rooms: RoomTable
    private let crowds: CrowdGate?

    init(_ base: LoopBase) {
        (self.costs, self.occupancy, self.rooms) = (base.node.costs, base.node.occupancy, base.rooms)
        self.crowds = base.crowds
    }

    /// Whether nobody of this node is in the room: a join would open it.
    func opensRoom(_ room: RoomName) -> Bool { self.rooms[room] == nil && !self.occupancy.contains(room) }

    /// The reason why a client may not join a room now, or have a replay of it.
    ///
    /// - Returns: nil when it may; then the join has been counted.
    func refusal(of join: Command.Join, for client: Client, isMember: Bool) -> ProtocolError? {
        let now = ContinuousClock.now
        let address = client.address?.block
        switch join.start {
        case .live: break
        // A member has the last messages, and gets none of them.
        case .last where isMember: break
        case .last, .after: if let error = self.costs.checkPast(address, now: now) { return error }
        }
        if let error = self.costs.checkWaiting(self.crowds?.announced ?? 0) { return error }
        // A member that joins again costs the broker as much as another.
        if let error = self.costs.joins.take(address, now: now) { return error }
        guard !isMember else { return nil }
        let error = self.refusal(ofEntering: join.room, client, address, now)
        if error != nil { self.costs.joins.giveBack(address, now: now) }
        return error
    }

    private func refusal(
        ofEntering name: RoomName,
        _ client: Client,
        _ address: AddressBlock?,
        _ now: ContinuousClock.Instant
    ) -> ProtocolError? {
        if let room = self.rooms[name] {
            // Another connection of somebody who is there makes the room no larger.
            if let user = client.user, room.presence.users[user.id] != nil { return nil }
            return self.costs.checkMembers(room.presence.crowd.count)
        }
        guard !self.occupancy.contains(name) else { return nil }
        return self.costs.checkRooms(self.occupancy.roomCount)
            ?? self.costs.newRooms.take(address, now: now)
    }

    /// The first client of a room on this node has joined: it has not begun a new room if somebody has spoken there, nor
    /// if the broker could not say so.
    func settleOpening(of room: LocalRoom, by client: Client) async {
        try? await room.opened()
        if let position = room.position, position.seq == 0 { return }
        self.costs.newRooms.giveBack(client.address?.block, now: .now)
    }
}
