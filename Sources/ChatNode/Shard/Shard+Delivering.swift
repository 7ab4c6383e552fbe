import ChatCore
import ChatWebSocket
import NIOCore

// From the broker to the sockets: events come from the broker in batches, a room's frames are encoded once and
// gathered, and each member gets one write.
extension Shard: PresenceHost {
    // MARK: Events

    /// Takes the events that the broker has handed to the shard.
    func takeEvents() {
        let batch = self.inbox.take()
        if !batch.rulings.isEmpty { self.apply(batch.rulings) }
        if batch.hasManyRulings { self.applyAllRulings() }
        for event in batch.events {
            switch event {
            case .room(let name, let event):
                if let room = self.rooms[name] { self.apply(event, to: room) }
            case .renamed(let user): self.applyRename(user)
            // The node has one copy of the rulings, and tells its shards what has changed in it.
            case .rulings: break
            case .presenceIsDoubtful: self.presence.isBrokerDoubtful = true
            case .status(let status, let detail): self.applyStatus(status, detail)
            }
        }
        // The status comes between: what it makes the shard ask again goes by this doubt.
        if batch.hasOverflowed { self.presence.isBrokerDoubtful = true }
        if case .status(let status, let detail) = batch.lastStatus { self.applyStatus(status, detail) }
        if batch.hasOverflowed {
            self.metrics.didOverflow()
            for room in self.rooms.all { self.resynchronize(room) }
            self.doubtNews()
        }
        self.broadcastDue()
    }

    private func apply(_ event: RoomEvent, to room: LocalRoom) {
        switch event {
        case .publication(let publication):
            switch room.receive(publication) {
            case .deliver:
                self.gather(publication.payload, in: room, isMessage: true)
                if PublicationCodec.deletedSeq(by: publication.payload) != nil {
                    self.deflate.forgetReplayed()
                    room.noteDeletion()
                    self.spawn { await self.node.logs.forget(room.name) }
                }
            case .keep: break
            case .hole: self.resynchronize(room)
            }
        case .foreign(let payload): self.gather(payload, in: room, isMessage: true)
        case .presence(let kind, let change, let payload):
            self.presence.applied(kind, change, payload, in: room, on: self)
        case .presenceIsBehind(let version): self.presence.expect(version: version, in: room, on: self)
        case .presenceWasLost: self.presence.wasLost(room, on: self)
        case .typing(_, let payload):
            if !room.presence.crowd.isLarge { self.gather(payload, in: room, .ephemeral) }
        case .gap(let epoch, let from, let to):
            guard let position = room.position, position.epoch == epoch, to > position.seq else { return }
            room.move(to: LogPosition(epoch: epoch, seq: to))
            self.metrics.didTellGap(to: room.live.count)
            self.gather(Event.gap(room: room.name, epoch: epoch, from: from, to: to).encoded(), in: room)
        case .reset(let head):
            // A shard that asked for the head may know the new log before this event.
            guard let position = room.position, position.epoch != head.epoch else { return }
            room.move(to: LogPosition(epoch: head.epoch, seq: 0))
            self.metrics.didTellReset(to: room.live.count)
            self.gather(Event.reset(room: room.name, head: head).encoded(), in: room)
            // The members were lost together with the log.
            self.presence.wasLost(room, on: self)
        }
    }

    private func applyStatus(_ status: ServerStatus, _ detail: String) {
        // A new reason for the same state is shown on request and to new clients, but not sent to all.
        let isNews = status == .ok || self.degradation == nil
        self.degradation = status == .ok ? nil : detail
        guard isNews else { return }
        // Publications in the meantime have not arrived, except those in a log.
        self.presence.doubtLease()
        if status == .ok { self.doubtNews() }
        let payload = Event.status(status, detail: detail).encoded()
        for client in self.clients.all where client.session.user != nil && !client.isListener {
            self.send(payload, to: client)
        }
    }

    /// Events that are published only once may have been lost: presence and new names.
    private func doubtNews() {
        self.presence.doubtAll(on: self)
        self.sessions.doubt(self.clients.connectedUsers, now: .now)
        self.checkNames()
    }

    // MARK: To the members of a room

    func tell(_ payload: ByteBuffer, in room: LocalRoom) {
        self.gather(payload, in: room, .unhurried)
        for membership in room.catchingUp where membership.isAnswered && membership.hearsPresence {
            self.send(payload, to: membership.client)
        }
    }

    /// Adds a frame to what the room's live members get next.
    func gather(
        _ payload: ByteBuffer,
        in room: LocalRoom,
        _ urgency: RoomFrames.Urgency = .prompt,
        isMessage: Bool = false
    ) {
        room.gather(payload, urgency, isMessage: isMessage)
        if self.schedule.gathered(in: room) { self.scheduleTurnEnd() }
    }

    /// Writes the frames that leave at the end of this turn; a busy room may hold its frames for a moment.
    func broadcastDue() {
        guard self.schedule.hasGathered else { return self.flushPorts() }
        self.broadcast(self.schedule.turnEnded(now: .now))
        self.scheduleLook()
    }

    private func scheduleLook() {
        guard let time = self.schedule.takeWakeUp() else { return }
        let wait = TimeAmount(ContinuousClock.now.duration(to: time))
        self.loop.scheduleTask(in: wait) { self.assumeIsolated { $0.look() } }
    }

    private func look() {
        self.broadcast(self.schedule.look(now: .now))
        self.scheduleLook()
    }

    /// Hands rooms' frames to their live members, and sends clients their queued frames.
    ///
    /// Clients whose commands have just been answered come first: they may go on while the others are served, and have
    /// their next commands here when the loop reads again.
    private func broadcast(_ rooms: [LocalRoom]) {
        for room in rooms { room.beginLeaving(self.deflate) }
        var slow: [Client] = []
        for client in self.ports.take() {
            for member in client.memberships where member.slot != nil {
                guard let batch = member.room.leaving?.batch(for: member) else { continue }
                if member.deliver(batch) == .overflow { slow.append(client) }
                member.skip(batch.frames.readableBytes)
            }
            self.flushPort(of: client)
        }
        for client in slow { self.close(client, .slowConsumer) }
        for room in rooms { self.writeBatch(of: room) }
        self.flushPorts()
    }

    /// Hands a room's frames to its live members; members that also get other frames get all of them at the end of the
    /// turn.
    func broadcastNow(_ room: LocalRoom) {
        room.beginLeaving(self.deflate)
        self.writeBatch(of: room)
        if !self.ports.isEmpty { self.scheduleTurnEnd() }
    }

    private func writeBatch(of room: LocalRoom) {
        guard let (leaving, hearing, quiet) = room.endLeaving() else { return }
        var slow: [Client] = []
        self.metrics.didDeliver(leaving.all.tally, to: hearing)
        for member in room.live where member.hearsPresence { self.write(leaving.all, to: member, &slow) }
        if let batch = leaving.quiet {
            self.metrics.didDeliver(batch.tally, to: quiet)
            for member in room.live where !member.hearsPresence { self.write(batch, to: member, &slow) }
        }
        for client in slow { self.close(client, .slowConsumer) }
    }

    private func write(_ batch: RoomFrames.Batch, to member: Membership, _ slow: inout [Client]) {
        switch member.deliver(batch) {
        case .sent, .queued(isFirst: false): break
        case .queued(isFirst: true): self.ports.add(member.client)
        case .overflow: slow.append(member.client)
        }
    }
}
