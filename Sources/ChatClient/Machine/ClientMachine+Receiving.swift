internal import ChatCore

// MARK: - Messages of the server

extension ClientMachine {
    /// A message came.
    mutating func received(_ message: ServerMessage, now: ContinuousClock.Instant) -> [Action] {
        self.heard(now: now)
        switch message {
        case .event(.welcome(let welcome)): return self.welcomed(welcome, now: now)
        case .event(let event): return self.received(event, now: now)
        case .ok(let fields): return self.succeeded(fields, now: now)
        case .error(let refusal): return self.failed(refusal, now: now)
        case .unknown: return []
        }
    }

    private mutating func welcomed(_ welcome: Welcome, now: ContinuousClock.Instant) -> [Action] {
        let lost = welcome.resumed ? nil : self.identity.nameToKeep
        self.identity = .known(welcome.user, welcome.session)
        self.connection?.stage = .welcomed(welcome, since: now)
        self.tokens.accepted(for: welcome.tokenSeconds, now: now, fraction: self.fraction)
        self.connection?.liveness.expect(interval: .seconds(welcome.pingSeconds))
        var actions: [Action] = [.emit(.connection(.connected(welcome)))]
        if let lost, lost != welcome.user.name { actions.append(self.ask(.rename(.init(name: lost)), as: .probe)) }
        for request in self.requests {
            self.connection?.expectations[request.id] = .request
            actions.append(.transmit(CommandEnvelope(id: request.id, request.command)))
        }
        return actions + self.advance(now: now)
    }

    private mutating func succeeded(_ fields: ReplyFields, now: ContinuousClock.Instant) -> [Action] {
        if self.sendQueue.settled(fields.id) != nil {
            return [.answer(fields.id, .ok(fields))] + self.advance(now: now)
        }
        defer { self.noteAwaiting(now: now) }
        switch self.connection?.expectations.removeValue(forKey: fields.id) {
        case .join: return self.joined(fields, now: now)
        case .request:
            self.requests.removeAll { $0.id == fields.id }
            if let user = try? fields.renamed() { self.identity.renamed(user.name, user.id) }
            return [.answer(fields.id, .ok(fields))]
        case .leave: return [.answer(fields.id, .ok(fields))]
        case .refresh:
            self.tokens.accepted(for: try? fields.tokenSeconds(), now: now, fraction: self.fraction)
            return []
        case .members(let room): return self.listed(room, fields, now: now)
        case .probe, nil: return []
        }
    }

    private mutating func listed(
        _ room: RoomName,
        _ fields: ReplyFields,
        now: ContinuousClock.Instant
    ) -> [Action] {
        guard let page = try? fields.members() else { return [] }
        let jitter = self.jitter
        let verdict = self.rooms.update(room) { $0.presence.listed(page.version, now: now, jitter: jitter) }
        return verdict == .tell ? [.emit(.members(room, page))] : []
    }

    private mutating func joined(_ fields: ReplyFields, now: ContinuousClock.Instant) -> [Action] {
        guard let reply = try? fields.joined() else {
            return [.disconnect(ConnectionFailure("the server's answer was not understood"))]
        }
        guard let waiters = self.rooms.joined(reply, id: fields.id) else { return [] }
        var actions: [Action] = waiters.map { .answer($0, .ok(fields)) }
        actions.append(.emit(.joined(JoinedRoom(reply))))
        return actions + self.advance(now: now)
    }

    private mutating func failed(_ refusal: CommandRefusal, now: ContinuousClock.Instant) -> [Action] {
        let error = refusal.error
        guard let id = refusal.id else {
            // What is about a room answers to typing, which nobody waits for, and which comes again and again.
            return refusal.room == nil ? [.emit(.objected(error))] : []
        }
        if case .greeting(id, since: _) = self.connection?.stage {
            self.connection?.reconnectHint = error.retryMilliseconds
            return [.disconnect(ConnectionFailure(error.message, refusal: error))]
        }
        let wait = min(max(100, error.retryMilliseconds ?? 1000), ReconnectMachine.longestHint)
        let retry = now + .milliseconds(wait)
        if let expectation = self.connection?.expectations.removeValue(forKey: id) {
            defer { self.noteAwaiting(now: now) }
            switch expectation {
            case .join(let room): return self.joinFailed(room, id, error, retry: retry)
            case .request:
                self.requests.removeAll { $0.id == id }
                return [.answer(id, .failed(.refused(error)))]
            case .leave: return [.answer(id, .failed(.refused(error)))]
            case .refresh:
                self.tokens.renewalFailed(now: now)
                return [.emit(.tokenNotRenewed(ConnectionFailure(error.message, refusal: error)))]
            case .probe, .members: return []
            }
        }
        if error.isForNow {
            // A mute may be lifted before its end.
            let room = self.sendQueue.hold(id, until: min(retry, now + Self.longestHold))
            self.noteAwaiting(now: now)
            guard let room, wait >= Self.longHold, self.heldSends.updateValue(id, forKey: room) != id else { return [] }
            return [.emit(.held(room, error))]
        }
        guard self.sendQueue.settled(id) != nil else { return [] }
        return [.answer(id, .failed(.refused(error)))] + self.advance(now: now)
    }

    private mutating func joinFailed(
        _ room: RoomName,
        _ id: Int,
        _ error: ProtocolError,
        retry: ContinuousClock.Instant
    ) -> [Action] {
        guard self.rooms[room]?.isJoining(id) == true else { return [] }
        if error.isForNow {
            self.rooms.hold(room, until: retry)
            return [.emit(.refused(room, error))]
        }
        let waiters = self.rooms.remove(room)?.waiters ?? []
        let unsent = self.sendQueue.removeAll(in: room).map(\.id)
        return (waiters + unsent).map { .answer($0, .failed(.refused(error))) } + [.emit(.refused(room, error))]
    }
}

// MARK: - Events

extension ClientMachine {
    private mutating func received(_ event: Event, now: ContinuousClock.Instant) -> [Action] {
        let jitter = self.jitter
        switch event {
        case .message(let message): return self.received(message)
        case .gap(let room, let epoch, from: _, let last):
            let isNews = self.rooms.update(room) { $0.position.lost(epoch, to: last) }
            return isNews == true ? [.emit(.received(event))] : []
        case .reset(let room, let head):
            let isKnown: Void? = self.rooms.update(room) {
                $0.position.reset(head.epoch)
                $0.presence.reset(head.epoch)
            }
            return isKnown == nil ? [] : [.emit(.received(event))]
        case .joined(let change), .left(let change), .renamed(let change, oldName: _):
            if case .renamed = event { self.identity.renamed(change.user.name, change.user.id) }
            let verdict = self.rooms.update(change.room) {
                $0.presence.changed(change.version, now: now, jitter: jitter)
            }
            return verdict == .tell ? [.emit(.received(event))] : []
        case .presence(let room, memberCount: _, let version):
            return self.rooms.update(room) { $0.presence.counted(version) } == .tell ? [.emit(.received(event))] : []
        case .removed(let removal): return self.removed(removal)
        case .closing(_, let milliseconds):
            self.connection?.reconnectHint = milliseconds
            return [.emit(.received(event))]
        case .typing(let room, user: _, active: _):
            return self.rooms[room] == nil ? [] : [.emit(.received(event))]
        case .status: return [.emit(.received(event))]
        case .welcome: return []
        }
    }

    /// The client is in the room no longer: what waits for it fails.
    private mutating func removed(_ removal: Removal) -> [Action] {
        guard let room = self.rooms.remove(removal.room) else { return [] }
        let error = ProtocolError(removal.code, removal.message)
        let unsent = self.sendQueue.removeAll(in: removal.room).map(\.id)
        return (room.waiters + unsent).map { .answer($0, .failed(.refused(error))) }
            + [.emit(.received(.removed(removal)))]
    }

    private mutating func received(_ message: Message) -> [Action] {
        let told = Action.emit(.received(.message(message)))
        let verdict = self.rooms.update(message.room) { $0.position.received(message.position) }
        switch (verdict, message.position) {
        case (.deliver, _): return [told]
        case (.deliverAfterHole(let from, let last), let position?):
            return [.emit(.received(.gap(room: message.room, epoch: position.epoch, from: from, to: last))), told]
        case (.deliverAfterReset, let position?):
            return [.emit(.received(.reset(room: message.room, head: position))), told]
        case (.deliverAfterHole, nil), (.deliverAfterReset, nil), (.drop, _), (nil, _): return []
        }
    }
}

extension ClientMachine {
    /// The shortest wait of a send, in milliseconds, that the program is told about.
    static let longHold = 3000
    /// The time after which a send that was refused for now is tried again, however long the server says.
    static let longestHold: Duration = .seconds(15)
}

extension ProtocolError {
    /// Whether the same command may succeed later without anybody's doing; so does a mute that ends.
    package var isForNow: Bool {
        self.code.isRetryable || (self.code == .muted && self.retryMilliseconds != nil)
    }
}
