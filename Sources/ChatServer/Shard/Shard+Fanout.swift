import ChatCore
import ChatWebSocket
import NIOCore

/// A send that waits for its tick.
struct Outgoing {
    var client: Client
    var id: Int?
    var draft: Draft
}

// The hot path: sends go out in one batch for each tick, publications come back in batches, a room's frames are
// encoded once and gathered, and each member gets one write (Shard+Flush.swift).
extension Shard {
    /// A member sends.
    func publish(_ client: Client, _ send: Command.Send, id: Int?) {
        guard let user = client.session.user else { return }
        if let error = self.node.sends.take(user.id, now: ContinuousClock.now) {
            return self.refuse(error, id: id, room: send.room, to: client)
        }
        if client.isGuest { self.keepSession(of: client) }
        let tail = PublicationCodec.tail(sender: user, text: send.text.rawValue, kind: send.kind, key: send.key)
        client.began()
        self.outgoing.append(
            Outgoing(client: client, id: id, draft: Draft(room: send.room, sender: user.id, key: send.key, tail: tail))
        )
        self.scheduleTick()
    }

    /// A guest says something: from now on it is somebody, whose session is kept as long as any.
    private func keepSession(of client: Client) {
        guard let hash = client.sessionHash else { return }
        client.isGuest = false
        self.spawn {
            // Its next message tries again.
            if (try? await self.broker.session(hash)) == nil { client.isGuest = true }
        }
    }

    /// Hands the sends of this tick to the broker.
    func publishOutgoing() {
        guard !self.outgoing.isEmpty else { return }
        let batch = self.outgoing
        self.outgoing = []
        self.spawn {
            let results = await self.broker.publish(batch.map(\.draft))
            for (sent, result) in zip(batch, results) { self.settle(sent, result) }
        }
    }

    private func settle(_ sent: Outgoing, _ result: Result<Receipt, BrokerError>) {
        sent.client.ended()
        switch result {
        case .success(let receipt):
            if !receipt.isDuplicate { self.metrics.didPublish() }
            self.reply(.sent(sent.draft.room, receipt), id: sent.id, to: sent.client)
        case .failure(let error):
            self.refuse(error.protocolError, id: sent.id, room: sent.draft.room, to: sent.client)
        }
    }

    // MARK: Events

    /// Takes what the broker has handed to the shard.
    func takeEvents() {
        let batch = self.inbox.take()
        for event in batch.events {
            switch event {
            case .room(let name, let event):
                if let room = self.rooms[name] { self.apply(event, to: room) }
            case .renamed(let user): self.applyRename(user)
            case .presenceIsDoubtful: self.isPresenceDoubtful = true
            case .status(let status, let detail): self.applyStatus(status, detail)
            }
        }
        if batch.hasOverflowed { self.isPresenceDoubtful = true }
        if case .status(let status, let detail) = batch.lastStatus { self.applyStatus(status, detail) }
        if batch.hasOverflowed {
            for room in self.rooms.values { self.resynchronize(room) }
            self.doubtPresence()
        }
        self.flush()
    }

    private func apply(_ event: RoomEvent, to room: LocalRoom) {
        switch event {
        case .publication(let publication):
            switch room.receive(publication) {
            case .deliver:
                self.enqueue(publication.payload, in: room)
                room.gathered.tally.addMessage(publication.payload)
            case .keep: break
            case .hole: self.resynchronize(room)
            }
        case .foreign(let payload):
            self.enqueue(payload, in: room)
            room.gathered.tally.addMessage(payload)
        case .presence(let kind, let change, let payload): self.applyPresence(kind, change, payload, in: room)
        case .presenceIsBehind(let version):
            room.crowd.expect(version: version)
            self.seeTo(room)
            self.repairPresence()
        case .presenceWasLost: self.restore(room)
        case .typing(_, let payload):
            if !room.crowd.isLarge { self.enqueue(payload, in: room, .ephemeral) }
        case .gap(let epoch, let from, let to):
            guard let position = room.position, position.epoch == epoch, to > position.seq else { return }
            room.move(to: LogPosition(epoch: epoch, seq: to))
            self.enqueue(Event.gap(room: room.name, epoch: epoch, from: from, to: to).encoded(), in: room)
        case .reset(let head):
            // A shard that asked for the head knows of the new log before it is told of it.
            guard let position = room.position, position.epoch != head.epoch else { return }
            room.move(to: LogPosition(epoch: head.epoch, seq: 0))
            self.enqueue(Event.reset(room: room.name, head: head).encoded(), in: room)
            // What was lost with the log is who is here.
            self.restore(room)
        }
    }

    /// Adds a frame to what the room's live members get at the flush.
    func enqueue(_ payload: ByteBuffer, in room: LocalRoom, _ urgency: FrameGather.Urgency = .prompt) {
        room.gathered.add(payload, urgency)
        guard !room.isDirty else { return }
        room.isDirty = true
        self.dirtyRooms.append(room)
        self.scheduleTick()
    }

    private func applyStatus(_ status: ServerStatus, _ detail: String) {
        // Another reason for the same state is for those who ask and for who comes, and no news for all.
        let isNews = status == .ok || self.degradation == nil
        self.degradation = status == .ok ? nil : detail
        guard isNews else { return }
        // Whatever was published meanwhile has not arrived, unless it stands in a log.
        self.isLeaseDoubtful = true
        if status == .ok { self.doubtPresence() }
        let payload = Event.status(status, detail: detail).encoded()
        for client in self.clients.values where client.session.user != nil { self.send(payload, to: client) }
    }
}
