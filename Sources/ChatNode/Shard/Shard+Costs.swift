import ChatCore
import ChatWebSocket
import NIOCore

// What a client's commands may cost others, and what the node holds for it in memory.
extension Shard {
    // MARK: Joins and replays

    /// The reason why a client may not join a room now, or have a replay of it.
    ///
    /// - Returns: nil when it may; then the join has been counted.
    func refusal(of join: Command.Join, for client: Client, isMember: Bool) -> ProtocolError? {
        let now = ContinuousClock.now
        let costs = self.node.costs
        let address = client.address?.block
        switch join.start {
        case .live: break
        // A member has the last messages, and gets none of them.
        case .last where isMember: break
        case .last, .after: if let error = self.refusalOfPast(for: client, now) { return error }
        }
        if let error = costs.checkWaiting(self.crowds?.announced ?? 0) { return error }
        // A member that joins again costs the broker as much as another.
        if let error = costs.joins.take(address, now: now) { return error }
        guard !isMember else { return nil }
        let error = self.refusal(ofEntering: join.room, client, address, now)
        if error != nil { costs.joins.giveBack(address, now: now) }
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
            if let user = client.session.user, room.presence.users[user.id] != nil { return nil }
            return self.node.costs.checkMembers(room.presence.crowd.count)
        }
        guard !self.node.occupancy.contains(name) else { return nil }
        return self.node.costs.checkRooms(self.node.occupancy.roomCount)
            ?? self.node.costs.newRooms.take(address, now: now)
    }

    /// The first client of a room on this node has joined: it has not begun a new room if somebody has spoken there, nor
    /// if the broker could not say so.
    func settleOpening(of room: LocalRoom, by client: Client) async {
        try? await room.opened()
        if let position = room.position, position.seq == 0 { return }
        self.node.costs.newRooms.giveBack(client.address?.block, now: .now)
    }

    /// The reason why a client may not read of a log now.
    func refusalOfPast(for client: Client, _ now: ContinuousClock.Instant) -> ProtocolError? {
        self.node.costs.checkPast(client.address?.block, now: now)
    }

    /// A client has got bytes of a log, or of a list.
    func charge(_ bytes: Int, to client: Client) {
        self.node.costs.chargePast(client.address?.block, bytes, now: .now)
    }

    // MARK: Memory

    /// Counts the bytes that wait for a client, those of a message that it has begun, and its commands that wait.
    ///
    /// It is called where these may have changed; nothing is counted for a client that reads as fast as it gets. What
    /// waits for a client that was disconnected counts until its connection has ended.
    func account(for client: Client) {
        // What was held for one that is gone has been given back, while its channel may need seconds to end.
        guard self.clients[client.id] === client else { return }
        let bytes = client.port.waiting + client.decoder.heldBytes + client.session.heldBytes
        guard bytes != client.heldBytes else { return }
        self.setHeldBytes(bytes, of: client)
        guard self.node.costs.buffers.isOver, !self.isShedding else { return }
        self.isShedding = true
        // Not at once: this may be in the middle of a broadcast.
        self.loop.execute { self.assumeIsolated { $0.shed() } }
    }

    /// The node holds this many bytes for a client.
    func setHeldBytes(_ bytes: Int, of client: Client) {
        self.node.costs.buffers.add(bytes - client.heldBytes)
        client.heldBytes = bytes
        if bytes > 0 { self.held.insert(client.id) } else { self.held.remove(client.id) }
    }

    /// Lets go of the clients for which the node holds most, until it holds clearly less than it may.
    ///
    /// It is called when something was added, and each second while the node holds too much: those who hold most may be
    /// on a loop on which nothing happens.
    func shed() {
        self.isShedding = false
        let least = self.node.costs.buffers.leastShed(connections: self.node.admission.count)
        let clients = self.held.compactMap { self.clients[$0] }.filter { !$0.isClosed && $0.heldBytes >= least }
        for client in clients.sorted(by: { $0.heldBytes > $1.heldBytes }) where self.node.costs.buffers.excess > 0 {
            self.node.costs.refusals.count(.bufferedBytes)
            self.close(client, .overCapacity, within: .seconds(1))
            // As good as gone: nobody else is let go of for it.
            self.setHeldBytes(0, of: client)
        }
    }
}
