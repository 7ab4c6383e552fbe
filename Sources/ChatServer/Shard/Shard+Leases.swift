import ChatCore
import Logging

// The lease of the shard's members, and what the broker has to be told anew of them.
extension Shard {
    /// Lets the shard's lease begin anew, one renewal at a time.
    ///
    /// A shard that was taken for dead, since it stood still or was cut off for longer than a lease, goes on under another
    /// name: what it had under the old one is being taken away.
    ///
    /// - Returns: Whether the members have a lease now.
    @discardableResult
    func renewLease() async -> Bool {
        guard self.hasHeld else { return true }
        guard !self.isRenewing else { return false }
        self.isRenewing = true
        defer { self.isRenewing = false }
        guard let state = try? await self.broker.renew(self.holder) else { return false }
        self.isLeaseDoubtful = false
        guard state == .lost else { return true }
        let node = self.node
        node.logger.warning(
            "the broker took this node for dead; its members are entered again",
            metadata: ["holder": "\(self.holder)"]
        )
        self.holder = self.holder.successor
        for name in self.rooms.keys { self.restores.add(name) }
        self.repairPresence()
        return (try? await self.broker.renew(self.holder)) == .held
    }

    /// The node goes away: whoever has not come back elsewhere by the end of the grace has left.
    func releaseLease() async {
        // A broker that is away cannot be told, and the lease ends in its own time.
        guard self.hasHeld, self.degradation == nil else { return }
        try? await self.broker.release(self.holder, after: self.limits.presenceGrace)
    }

    /// Tells the broker who is in the rooms that it may know too much or too little of, batch by batch.
    ///
    /// - Returns: Whether all of it was told; the first failure ends it.
    func restoreRooms() async -> Bool {
        // Under a name that is being swept, they would be entered to be taken away.
        if self.isLeaseDoubtful, await !self.renewLease() { return false }
        while !self.restores.isEmpty {
            let parts = self.restores.begin(
                told: { self.rooms[$0]?.crowd.pastVersion ?? 0 },
                users: { self.rooms[$0]?.users.values.map(\.user) ?? [] }
            )
            var fails = parts.isEmpty
            for (part, result) in zip(parts, await self.broker.restore(self.holder, parts)) {
                let answer = try? result.get()
                fails = fails || answer == nil
                guard self.restores.finished(part, answer), let room = self.rooms[part.room] else { continue }
                room.crowd.expect(version: answer?.version ?? 0)
                self.seeTo(room)
                fails = await !self.tellNames(in: room) || fails
            }
            if fails { return false }
        }
        return true
    }

    /// Gives members the names that the broker could not be told of when they got them.
    ///
    /// - Returns: Whether it knows them now.
    private func tellNames(in room: LocalRoom) async -> Bool {
        for id in room.untoldNames {
            room.untoldNames.remove(id)
            if let user = room.users[id]?.user { await self.rename(user, in: room) }
        }
        return room.untoldNames.isEmpty
    }

    /// Gives a member another name in a room.
    func rename(_ user: User, in room: LocalRoom) async {
        do {
            try await self.broker.rename(user, in: room.name)
        } catch {
            room.untoldNames.insert(user.id)
            self.restores.add(room.name)
        }
    }
}
