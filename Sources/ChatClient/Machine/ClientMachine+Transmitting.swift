internal import ChatCore

// MARK: - What leaves over the connection

extension ClientMachine {
    /// Sends whatever can be sent now.
    mutating func advance(now: ContinuousClock.Instant) -> [Action] {
        guard self.welcome != nil else { return [] }
        var actions: [Action] = []
        for room in self.rooms.due(now: now) { actions += self.transmitJoin(room) }
        for room in self.rooms.takeIncomplete(now: now) {
            actions.append(self.ask(.members(.init(room: room)), as: .members(room)))
        }
        for room in self.rooms.joined {
            guard let entry = self.sendQueue.next(room, now: now) else { continue }
            actions.append(.transmit(CommandEnvelope(id: entry.id, .send(entry.send))))
        }
        self.noteAwaiting(now: now)
        return actions
    }

    mutating func noteAwaiting(now: ContinuousClock.Instant) {
        guard let connection else { return }
        let isAwaiting = !connection.expectations.isEmpty || self.sendQueue.isAwaiting
        self.connection?.liveness.setAwaiting(isAwaiting, now: now)
    }

    /// Sends a request of the machine itself.
    mutating func ask(_ command: Command, as expectation: LiveConnection.Expectation) -> Action {
        let id = self.makeID()
        self.connection?.expectations[id] = expectation
        return .transmit(CommandEnvelope(id: id, command))
    }

    private mutating func transmitJoin(_ room: RoomName) -> [Action] {
        let id = self.makeID()
        guard let start = self.rooms.joining(room, id: id) else { return [] }
        self.connection?.expectations[id] = .join(room)
        return [.transmit(CommandEnvelope(id: id, .join(.init(room: room, start: start))))]
    }
}
