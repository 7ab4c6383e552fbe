internal import ChatClient
internal import ChatCore

// MARK: - What the server says

extension JoinSession {
    func takeEvents() async -> End? {
        for await event in self.client.events { self.handle(event) }
        return nil
    }

    private func handle(_ event: ClientEvent) {
        switch event {
        case .connection(let state): self.handle(state)
        case .joined(let room):
            let isBack = self.names[room.room] != nil
            self.names[room.room] = Dictionary(
                room.members.members.map { ($0.id, $0.name.rawValue) },
                uniquingKeysWith: { $1 }
            )
            if isBack { self.redraw() } else { self.notice(Notices.joined(room)) }
        case .refused(let room, let error):
            if !error.code.isRetryable { self.forget(room) }
            self.warn("\(room): \(error.message)")
        case .received(let event): self.handle(event)
        }
    }

    private func handle(_ state: ConnectionState) {
        let old = self.connection
        self.connection = state
        switch (old, state) {
        // A try that fails like the one before is not worth a line; the prompt shows that there is no connection.
        case (_, .connecting): self.redraw()
        case (_, .connected): self.notice(Notices.connection(state))
        case (_, .waiting(_, let failure)):
            if failure.description == self.lastFailure { self.redraw() } else { self.warn(Notices.connection(state)) }
            self.lastFailure = failure.description
            return
        }
        if case .connected = state { self.lastFailure = nil }
    }

    private func handle(_ event: Event) {
        switch event {
        case .message(let message): self.show(message)
        case .joined(let change):
            self.names[change.room]?[change.user.id] = change.user.name.rawValue
            self.tellPresence(event, in: change.room)
        case .left(let change):
            self.names[change.room]?[change.user.id] = nil
            self.tellPresence(event, in: change.room)
        case .renamed(let change, oldName: _):
            self.names[change.room]?[change.user.id] = change.user.name.rawValue
            self.tellPresence(event, in: change.room)
        case .gap(let room, epoch: _, let from, let last): self.warn(Notices.gap(room, from, last))
        case .reset(let room, head: _): self.warn(Notices.reset(room))
        case .status(.degraded, let detail): self.warn(Notices.degraded(detail))
        case .status(.ok, detail: _): self.notice(Notices.recovered)
        case .closing(let disconnect, reconnectMilliseconds: _):
            self.notice(Notices.closing(disconnect.reason))
        case .welcome, .presence, .typing: break
        }
    }

    private func show(_ message: Message) {
        var lines: [String] = []
        let day = LocalTime(milliseconds: message.time).day
        if day != self.lastDay {
            lines.append(self.formatter.notice(day))
            self.lastDay = day
        }
        if message.room != self.current { self.unread[message.room, default: 0] += 1 }
        self.draw(lines + self.formatter.lines(message))
    }

    private func tellPresence(_ event: Event, in room: RoomName) {
        guard let text = Notices.presence(event) else { return }
        self.notice(self.rooms.count > 1 ? "\(room): \(text)" : text)
    }
}

// MARK: - Rooms

extension JoinSession {
    func join(_ room: RoomName) {
        if !self.rooms.contains(room) { self.rooms.append(room) }
        self.formatter.showsRoom = self.rooms.count > 1
        let start: ReplayStart = self.history > 0 ? .last(self.history) : .live
        // A refusal comes as an event as well, and is told there.
        self.later { [client] in _ = try? await client.join(room, from: start) }
    }

    func forget(_ room: RoomName) {
        self.rooms.removeAll { $0 == room }
        self.names[room] = nil
        self.unread[room] = nil
        if room == self.current, let first = self.rooms.first { self.current = first }
        self.formatter.showsRoom = self.rooms.count > 1
    }

    func switchTo(_ room: RoomName) {
        self.current = room
        self.unread[room] = nil
        self.redraw()
    }
}
