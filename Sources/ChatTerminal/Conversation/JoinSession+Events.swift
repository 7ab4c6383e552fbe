internal import ChatClient
internal import ChatCore
internal import ChatSystem
internal import ChatWords

// MARK: - What the server says

extension JoinSession {
    func takeEvents() async -> End? {
        for await event in self.client.events { self.handle(event) }
        return nil
    }

    private func handle(_ event: ClientEvent) {
        switch event {
        case .connection(let state): self.handle(state)
        case .joined(let room): self.handle(room)
        case .refused(let room, let error):
            if !error.code.isRetryable { self.forget(room) }
            self.warn("\(room): \(Words.of(error))")
        case .members(let room, let members): self.remember(members, in: room)
        case .received(let event): self.handle(event)
        }
    }

    private func remember(_ page: MemberPage, in room: RoomName) {
        self.names[room] = Dictionary(page.members.map { ($0.id, $0.name.rawValue) }, uniquingKeysWith: { $1 })
        self.counts[room] = page.count
    }

    private func handle(_ room: JoinedRoom) {
        let isBack = self.names[room.room] != nil
        self.remember(room.members, in: room.room)
        if isBack { return self.redraw() }
        self.replays[room.room] = room.replay
        if room.replay == 0 { self.marks.live(room.room, at: room.head) }
        self.notice(Notices.joined(room))
    }

    private func handle(_ state: ConnectionState) {
        let (old, oldUser) = (self.connection, self.user)
        self.connection = state
        self.latency = nil
        self.typists.forget()
        if case .connected(let welcome) = state {
            self.user = welcome.user
            if self.knownRooms.isEmpty { self.later { await self.learnRooms() } }
        }
        switch (old, state) {
        // A try that fails like the one before is not worth a line; the prompt shows that there is no connection.
        case (_, .connecting): self.redraw()
        case (_, .connected): self.notice(Notices.connection(state, before: oldUser))
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
        case .joined(let change): self.change(event, change, change.user.name.rawValue)
        case .left(let change):
            self.typists.spoke(change.user.id, in: change.room)
            self.change(event, change, nil)
        case .renamed(let change, oldName: _):
            if change.user.id == self.user?.id { self.user = change.user }
            self.change(event, change, change.user.name.rawValue)
        case .presence(let room, let count, version: _):
            self.counts[room] = count
            self.refresh()
        case .typing(let room, let user, let active):
            guard user.id != self.user?.id, !self.ignored.contains(user) else { return }
            self.typists.heard(user, in: room, active: active, now: .now)
            self.refresh()
        case .gap(let room, epoch: _, let from, let last): self.warn(Notices.gap(room, from, last))
        case .reset(let room, head: _): self.warn(Notices.reset(room))
        case .status(.degraded, let detail): self.warn(Notices.degraded(detail))
        case .status(.ok, detail: _): self.notice(Phrase.recovered())
        case .closing(let disconnect, reconnectMilliseconds: _):
            self.notice(Phrase.closing(["reason": Words.of(disconnect)]))
        case .welcome: break
        }
    }

    private func show(_ message: Message) {
        // It may have been left since.
        guard self.rooms.contains(message.room) else { return }
        self.typists.spoke(message.sender.id, in: message.room)
        let isPast = self.replays[message.room, default: 0] > 0
        if isPast { self.replays[message.room, default: 0] -= 1 }
        guard !self.ignored.contains(message.sender) else { return }
        var lines: [String] = []
        let time = LocalTime(milliseconds: message.time)
        if time.day != self.lastDay {
            lines.append(self.formatter.notice(time.dayLine))
            self.lastDay = time.day
        }
        let isMention = self.isMention(message)
        let isOwn = message.sender.id == self.user?.id
        if self.marks.show(message, isCurrent: message.room == self.current, isMention: isMention, isOwn: isOwn) {
            lines.append(self.formatter.notice("── \(Phrase.unreadFrom()) ──"))
        }
        if self.replays[message.room] == 0 { self.marks.live(message.room) }
        self.remember(message)
        lines += self.lines(of: message, isMention: isMention)
        self.draw(lines, ringing: isMention && !isPast && self.options.rings && self.bell.ring(now: .now))
    }

    /// A message's lines, with a mark on a name that somebody else has here as well.
    func lines(of message: Message, isMention: Bool = false) -> [String] {
        let name = Namesakes.label(
            message.sender.name.rawValue,
            message.sender.id,
            among: self.names[message.room] ?? [:]
        )
        return self.formatter.lines(message, from: name, isMention: isMention)
    }

    private func remember(_ message: Message) {
        self.recent[message.room, default: []].append(message)
        if self.recent[message.room, default: []].count > Answer.remembered { self.recent[message.room]?.removeFirst() }
    }

    private func isMention(_ message: Message) -> Bool {
        guard let user, message.sender.id != user.id else { return false }
        return Mention.names(user.name.rawValue, in: message.text)
    }

    /// Somebody came, went or has another name; nil: went.
    private func change(_ event: Event, _ change: PresenceChange, _ name: String?) {
        self.names[change.room]?[change.user.id] = name
        if change.memberCount > 0 { self.counts[change.room] = change.memberCount }
        guard self.showsNotices, !self.ignored.contains(change.user), let text = Notices.presence(event) else {
            return self.refresh()
        }
        self.notice(self.rooms.count > 1 ? "\(change.room): \(text)" : text)
    }
}

// MARK: - Rooms

extension JoinSession {
    /// Enters a room; a refusal comes as an event.
    func join(_ room: RoomName) async {
        if !self.rooms.contains(room) { self.rooms.append(room) }
        self.formatter.showsRoom = self.rooms.count > 1
        await self.client.enter(room, from: self.options.history > 0 ? .last(self.options.history) : .live)
    }

    /// Asks for the names of the server's rooms, for completion; that they are not known is no trouble.
    private func learnRooms() async {
        guard let page = try? await self.directory.page() else { return }
        self.knownRooms = page.rooms.map(\.name.rawValue.sanitizedLine)
    }

    func forget(_ room: RoomName) {
        self.rooms.removeAll { $0 == room }
        self.names[room] = nil
        self.marks.forget(room)
        self.recent[room] = nil
        self.counts[room] = nil
        self.replays[room] = nil
        if room == self.current, let first = self.rooms.first { self.switchTo(first) }
        self.formatter.showsRoom = self.rooms.count > 1
    }

    func switchTo(_ room: RoomName) {
        self.current = room
        self.marks.enter(room)
        self.redraw()
    }
}
