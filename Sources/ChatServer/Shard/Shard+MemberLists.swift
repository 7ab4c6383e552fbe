import ChatCore

// The list of members that a `join` is answered with. All members here have been told the same, so a list that is read once
// and followed by events is good for everybody: ten thousand who come back at the same time read each room's list once.
extension Shard {
    /// Makes the user a member and lists the members; what changes after that reaches the client as events.
    func memberPage(_ room: LocalRoom, _ user: User) async throws(BrokerError) -> MemberPage {
        let version = try await self.broker.enter(room.name, user, holder: self.holder)
        // The others may have been told of it by now, or be about to.
        self.takeEvents()
        var page: MemberPage
        var attempts = 3
        repeat {
            if let told = room.crowd.page(with: user, since: version) { return told }
            // An event may overtake the list. The list is read again then, for nobody would tell the client of that change.
            page = try await self.sharedList(of: room).get()
            attempts -= 1
        } while attempts > 0 && (page.version < room.crowd.version || room.crowd.needsReading)
        return room.crowd.page(with: user, since: version) ?? page
    }

    /// Reads the list of members, once for all who ask before the reading begins: a list has to be read after it was asked
    /// for.
    ///
    /// The others are told what it says, by the time that those who asked know it.
    private func sharedList(of room: LocalRoom) async -> Result<MemberPage, BrokerError> {
        await withCheckedContinuation { continuation in
            room.awaitingList.append(continuation)
            guard !room.isListing else { return }
            room.isListing = true
            self.spawn {
                while !room.awaitingList.isEmpty {
                    let asking = room.awaitingList
                    room.awaitingList = []
                    await self.settled(room)
                    let result = await self.readMembers(of: room, settles: true)
                    for continuation in asking { continuation.resume(returning: result) }
                }
                room.isListing = false
            }
        }
    }
}
