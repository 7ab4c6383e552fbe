import ChatCore

// Presence may be lost on its way, and stands in no log: where something may be missing, the list of members is read, once
// for the room on this shard, and the members are told the difference.
extension Shard {
    /// Presence and names may have been lost, in every room.
    func doubtPresence() {
        for room in self.rooms.values { room.crowd.doubt() }
        self.repairPresence()
        self.repairNames()
    }

    /// Reads the members of the rooms that need it, one room after the other; what could not be read is tried again by
    /// the next turn of the wheel.
    func repairPresence() {
        guard !self.isRepairingPresence else { return }
        let rooms = self.rooms.values.filter(\.crowd.needsReading)
        guard !rooms.isEmpty else { return }
        self.isRepairingPresence = true
        self.spawn {
            for room in rooms where room.crowd.needsReading {
                room.crowd.beginReading()
                do {
                    let page = try await self.broker.members(room.name, cursor: nil, limit: self.limits.members)
                    self.tell(room.crowd.receive(page), in: room)
                } catch {
                    room.crowd.readingFailed()
                    break
                }
            }
            self.isRepairingPresence = false
        }
    }

    /// Looks up how everybody here is called now, one session after the other.
    private func repairNames() {
        guard !self.isRepairingNames else { return self.namesAreDoubtful = true }
        self.isRepairingNames = true
        self.spawn {
            repeat {
                self.namesAreDoubtful = false
                await self.readNames()
            } while self.namesAreDoubtful
            self.isRepairingNames = false
        }
    }

    private func readNames() async {
        for client in Array(self.clients.values) {
            guard !client.isClosed, let hash = client.sessionHash else { continue }
            // A broker that is away again says when it is back.
            guard let user = try? await self.broker.session(hash) else { continue }
            if let known = client.session.user, known.id == user.id, known.name != user.name { self.applyRename(user) }
        }
    }
}
