internal import ChatCore

// MARK: - Requests of the program

extension ClientMachine {
    /// The result of taking a command: the id of its answer, and the immediate actions.
    typealias Taken = (id: Int, actions: [Action])

    /// The program wants to be in a room.
    mutating func join(_ room: RoomName, _ start: JoinStart, now: ContinuousClock.Instant) -> Taken {
        let id = self.makeID()
        self.rooms.want(room, start, waiter: id)
        return (id, self.advance(now: now))
    }

    /// The program wants to leave a room; sends that wait there fail.
    mutating func leave(_ room: RoomName, now: ContinuousClock.Instant) -> Taken {
        let id = self.makeID()
        guard let left = self.rooms.remove(room) else { return (id, [.answer(id, .done)]) }
        let failed = left.waiters + self.sendQueue.removeAll(in: room).map(\.id)
        var actions: [Action] = failed.map { .answer($0, .failed(.refused(.notJoined(room)))) }
        switch left.phase {
        case .wanted: actions.append(.answer(id, .done))
        case .joining, .joined:
            self.connection?.expectations[id] = .leave
            self.noteAwaiting(now: now)
            actions.append(.transmit(CommandEnvelope(id: id, .leave(.init(room: room)))))
        }
        return (id, actions)
    }

    /// The program sends a message, to a room that it wants to be in.
    mutating func send(_ send: Command.Send, now: ContinuousClock.Instant) -> Taken {
        let id = self.makeID()
        guard self.rooms[send.room] != nil else {
            return (id, [.answer(id, .failed(.refused(.notJoined(send.room))))])
        }
        switch self.sendQueue.append(.init(id: id, send: send)) {
        case .full: return (id, [.answer(id, .failed(.overflow(self.capacity)))])
        case .queued: return (id, self.advance(now: now))
        }
    }

    /// The program sends a request, or renames its user.
    mutating func request(_ command: Command, now: ContinuousClock.Instant) -> Taken {
        let id = self.makeID()
        guard self.requests.count < self.capacity else {
            return (id, [.answer(id, .failed(.overflow(self.capacity)))])
        }
        self.requests.append((id, command))
        guard self.welcome != nil else { return (id, []) }
        self.connection?.expectations[id] = .request
        self.noteAwaiting(now: now)
        return (id, [.transmit(CommandEnvelope(id: id, command))])
    }

    /// The user is typing or has stopped: sent if possible now, and never kept.
    func typing(_ room: RoomName, active: Bool) -> [Action] {
        guard self.welcome != nil, self.rooms[room]?.phase == .joined else { return [] }
        return [.transmit(CommandEnvelope(id: nil, .typing(.init(room: room, isActive: active))))]
    }
}
