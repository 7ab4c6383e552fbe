import ChatCore
import NIOCore

/// What the broker tells a shard, as it reaches the rooms here: events come in batches, in order.
final class BrokerEvents: PresenceHost {
    /// The most rooms that are asked in a turn whether an event concerns them.
    static let roomsAtATime = 256

    private let inbox: EventInbox
    private let logs: ReplayPages
    private let rooms: RoomTable
    private let presence: PresenceKeeper
    private let names: Names
    private let enforcement: Enforcement
    private let resynchronization: Resynchronization
    private let broadcasts: Broadcasts
    private let news: StatusNews
    private let deflate: LoopDeflate
    private let metrics: ShardMetrics
    private let loop: DeferredWork

    init(
        _ base: LoopBase,
        names: Names,
        enforcement: Enforcement,
        resynchronization: Resynchronization,
        answers: Answers,
        broadcasts: Broadcasts
    ) {
        (self.inbox, self.logs, self.rooms) = (base.inbox, base.node.logs, base.rooms)
        (self.presence, self.deflate, self.metrics) = (base.presence, base.deflate, base.metrics)
        self.loop = base.loop
        (self.names, self.enforcement) = (names, enforcement)
        self.resynchronization = resynchronization
        self.broadcasts = broadcasts
        self.news = StatusNews(base, answers)
    }

    /// Takes the events that the broker has handed to the shard.
    func takeEvents() {
        let batch = self.inbox.take()
        if !batch.rulings.isEmpty { self.enforcement.apply(batch.rulings) }
        if batch.hasManyRulings { self.enforcement.applyAll() }
        for event in batch.events {
            switch event {
            case .room(let name, let event):
                if let room = self.rooms[name] { self.apply(event, to: room) }
            case .renamed(let user): self.names.apply(user)
            // The node has one copy of the rulings, and tells its shards what has changed in it.
            case .rulings: break
            case .presenceIsDoubtful(let scope): self.presence.doubtBroker(scope)
            case .status(let status, let detail, let scope): self.applyStatus(status, detail, scope)
            }
        }
        // The status comes between: what it makes the shard ask again goes by this doubt.
        if batch.hasOverflowed { self.presence.doubtBroker(.all) }
        for case .status(let status, let detail, let scope) in batch.lastStatuses {
            self.applyStatus(status, detail, scope)
        }
        if batch.hasOverflowed {
            self.metrics.didOverflow()
            for room in self.rooms.all { self.resynchronization.begin(in: room) }
            self.doubtNews(of: .all)
        }
        self.broadcasts.sendDue()
    }

    private func apply(_ event: RoomEvent, to room: LocalRoom) {
        switch event {
        case .publication(let publication):
            switch room.receive(publication) {
            case .deliver:
                self.broadcasts.gather(publication.payload, in: room, isMessage: true)
                if PublicationCodec.deletedSeq(by: publication.payload) != nil {
                    self.deflate.forgetReplayed()
                    room.noteDeletion()
                    self.loop.start { await self.logs.forget(room.name) }
                }
            case .keep: break
            case .hole: self.resynchronization.begin(in: room)
            }
        case .foreign(let payload): self.broadcasts.gather(payload, in: room, isMessage: true)
        case .presence(let kind, let change, let payload):
            self.presence.applied(kind, change, payload, in: room, on: self)
        case .presenceIsBehind(let version): self.presence.expect(version: version, in: room, on: self)
        case .presenceWasLost: self.presence.wasLost(room, on: self)
        case .typing(_, let payload):
            if !room.presence.crowd.isLarge { self.broadcasts.gather(payload, in: room, .ephemeral) }
        case .gap(let epoch, let from, let to):
            guard let position = room.position, position.epoch == epoch, to > position.seq else { return }
            room.move(to: LogPosition(epoch: epoch, seq: to))
            self.metrics.didTellGap(to: room.live.count)
            self.broadcasts.gather(Event.gap(room: room.name, epoch: epoch, from: from, to: to).encoded(), in: room)
        case .reset(let head):
            // A shard that asked for the head may know the new log before this event.
            guard let position = room.position, position.epoch != head.epoch else { return }
            room.move(to: LogPosition(epoch: head.epoch, seq: 0))
            self.metrics.didTellReset(to: room.live.count)
            self.broadcasts.gather(Event.reset(room: room.name, head: head).encoded(), in: room)
            // The members were lost together with the log.
            self.presence.wasLost(room, on: self)
        }
    }

    private func applyStatus(_ status: ServerStatus, _ detail: String, _ scope: RoomScope) {
        guard self.presence.outages.apply(status, detail: detail, of: scope) else { return }
        // Publications in the meantime have not arrived, except those in a log.
        self.presence.doubtLease()
        if status == .ok { self.doubtNews(of: scope) }
        self.news.tell(StatusQueue.Change(status, detail: detail, of: scope))
    }

    /// Events that are published only once may have been lost: presence of these rooms, and new names.
    private func doubtNews(of scope: RoomScope) {
        let doubt = self.presence.beginDoubt(of: scope)
        self.loop.inSlices(of: Self.roomsAtATime, Array(self.rooms.all)) { room in
            self.presence.doubt(room, doubt)
        } then: {
            self.presence.repair(on: self)
        }
        self.names.doubt()
    }

    // MARK: For the keeper of presence

    func tell(_ payload: ByteBuffer, in room: LocalRoom) { self.broadcasts.tell(payload, in: room) }

    func spawn(_ work: @escaping () async -> Void) { self.loop.start(work) }
}
