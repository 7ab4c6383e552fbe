internal import ChatClient
internal import ChatCore
internal import ChatSystem
internal import ChatWords

// MARK: - Messages of the server

extension Conversation {
    func handle(_ event: ClientEvent) {
        switch event {
        case .connection(let state): self.handle(state)
        case .withoutWebSocket: self.notice(Phrase.withoutWebSocket())
        case .joined(let room): if self.rooms.joined(room) { self.notice(Notices.joined(room)) } else { self.redraw() }
        case .refused(let room, let error):
            if !error.isForNow { self.forget(room) }
            self.warn("\(room): \(Words.of(error))")
        case .held(let room, let error): self.warn("\(room): \(Words.of(error))")
        case .objected(let error): self.warn(Words.of(error))
        case .tokenNotRenewed(let failure): self.warn(Phrase.tokenNotRenewed(["reason": Words.of(failure)]))
        case .members(let room, let members): self.rooms.listed(members, in: room)
        case .received(let event): self.handle(event)
        }
    }

    private func handle(_ state: ConnectionState) {
        self.typists.forget()
        let change = self.link.changed(to: state)
        self.settled.wake()
        if self.link.isConnected, self.knownRooms.isEmpty { self.later { await self.learnRooms() } }
        switch change {
        case .redraw: self.redraw()
        case .notice(let text): self.notice(text)
        case .warning(let text): self.warn(text)
        }
    }

    /// Requests the names of the server's rooms for completion, which works without them when the server does not
    /// answer.
    private func learnRooms() async {
        guard let page = try? await self.directory.page() else { return }
        self.knownRooms = page.rooms.map(\.name.rawValue.sanitizedLine)
    }

    private func handle(_ event: Event) {
        switch event {
        case .message(let message): self.show(message)
        case .joined(let change): self.tell(event, change, change.user.name.rawValue)
        case .left(let change):
            self.typists.spoke(change.user.id, in: change.room)
            self.tell(event, change, nil)
        case .renamed(let change, oldName: _):
            self.link.renamed(to: change.user)
            self.tell(event, change, change.user.name.rawValue)
        case .presence(let room, let count, version: _):
            self.rooms.counted(count, in: room)
            self.refresh()
        case .typing(let room, let user, let active):
            guard user.id != self.link.user?.id, !self.ignored.contains(user) else { return }
            self.typists.heard(user, in: room, active: active, now: .now)
            self.refresh()
        case .gap(let room, epoch: _, let from, let last): self.warn(Notices.gap(room, from, last))
        case .reset(let room, head: _):
            self.rooms.reset(room)
            self.warn(Notices.reset(room))
        case .removed(let removal):
            self.forget(removal.room)
            self.warn(Notices.removed(removal))
        case .status(.degraded, let detail, let rooms): self.warn(Notices.degraded(detail, rooms))
        case .status(.ok, detail: _, let rooms): self.notice(Notices.recovered(rooms))
        case .closing(let disconnect, reconnectMilliseconds: _):
            self.notice(Phrase.closing(["reason": Words.of(disconnect)]))
        case .welcome: break
        }
    }

    private func show(_ message: Message) {
        // The room may have been left since.
        guard self.rooms.contains(message.room) else { return }
        self.typists.spoke(message.sender.id, in: message.room)
        let isPast = self.rooms.arrived(message)
        guard !self.ignored.contains(message.sender) else { return }
        var lines: [String] = []
        let time = LocalTime(milliseconds: message.time)
        if time.day != self.lastDay {
            lines.append(self.formatter.notice(time.dayLine))
            self.lastDay = time.day
        }
        // A deletion is nothing that somebody said.
        let isOwn = message.sender.id == self.link.user?.id || message.kind == .deletion
        let isMention = !isOwn && (self.link.user.map { Mention.names($0.name.rawValue, in: message.text) } ?? false)
        if self.rooms.show(message, isMention: isMention, isOwn: isOwn) {
            lines.append(self.formatter.notice("── \(Phrase.unreadFrom()) ──"))
        }
        lines += self.lines(of: message, isMention: isMention)
        self.draw(lines, isRinging: isMention && !isPast && self.options.rings && self.bell.ring(now: .now))
    }

    /// A user came, left or has another name; nil: left.
    private func tell(_ event: Event, _ change: PresenceChange, _ name: String?) {
        // Who leaves is still one of the people that the mark tells apart.
        let label = name == nil ? self.rooms.label(change.user, in: change.room) : nil
        self.rooms.changed(change, name: name)
        guard self.showsNotices, !self.ignored.contains(change.user),
            let text = Notices.presence(event, of: label ?? self.rooms.label(change.user, in: change.room))
        else { return self.refresh() }
        self.notice(self.rooms.names.count > 1 ? "\(change.room): \(text)" : text)
    }
}

// MARK: - What time brings

extension Conversation {
    /// A second has passed: perhaps a user has stopped typing, a line waits for long, or it is time to measure the
    /// round trip.
    func tick() {
        if self.link.isDue(now: .now) { self.later { await self.measure() } }
        self.refresh()
    }

    /// Measures the round trip to the server; a measurement that a broken connection interrupts does not count.
    private func measure() async {
        guard let welcome = self.link.welcome else { return }
        let start = ContinuousClock.now
        guard (try? await self.client.ping()) != nil else { return }
        self.link.measured(.now - start, since: welcome)
        self.refresh()
    }
}
