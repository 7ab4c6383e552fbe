import ChatCore
import NIOCore

/// What rooms send to their members here: frames are gathered, encoded once for all, and each member gets one write.
final class Broadcasts {
    private let answers: Answers
    private let ports: PortFlusher
    private let endings: Endings
    private let deflate: LoopDeflate
    private let metrics: ShardMetrics
    private let loop: DeferredWork
    /// Decides when rooms send their gathered frames.
    private var schedule: FlushScheduler

    init(_ base: LoopBase, _ answers: Answers, _ ports: PortFlusher, _ endings: Endings) {
        (self.deflate, self.metrics, self.loop) = (base.deflate, base.metrics, base.loop)
        self.schedule = FlushScheduler(window: base.node.flushWindow, now: .now)
        (self.answers, self.ports, self.endings) = (answers, ports, endings)
    }

    // MARK: Gathering

    /// Adds a frame to what the room's live members get next.
    func gather(
        _ payload: ByteBuffer,
        in room: LocalRoom,
        _ urgency: RoomFrames.Urgency = .prompt,
        isMessage: Bool = false
    ) {
        room.gather(payload, urgency, isMessage: isMessage)
        if self.schedule.gathered(in: room) { self.loop.scheduleTurnEnd() }
    }

    /// Sends an event to a room's live members, and to those in a replay: presence has no place in the order of messages.
    func tell(_ payload: ByteBuffer, in room: LocalRoom) {
        self.gather(payload, in: room, .unhurried)
        for membership in room.catchingUp where membership.isAnswered && membership.hearsPresence {
            self.answers.send(payload, to: membership.client)
        }
    }

    // MARK: Leaving

    /// Writes the frames that leave at the end of this turn; a busy room may hold its frames for a moment.
    func sendDue() {
        guard self.schedule.hasGathered else { return self.ports.flush() }
        self.broadcast(self.schedule.turnEnded(now: .now))
        self.scheduleLook()
    }

    private func scheduleLook() {
        guard let time = self.schedule.takeWakeUp() else { return }
        self.loop.later(in: TimeAmount(ContinuousClock.now.duration(to: time))) { self.look() }
    }

    private func look() {
        self.broadcast(self.schedule.look(now: .now))
        self.scheduleLook()
    }

    /// Hands rooms' frames to their live members, and sends clients their queued frames.
    private func broadcast(_ rooms: [LocalRoom]) {
        for room in rooms { room.beginLeaving(self.deflate) }
        self.serveAnswered()
        for room in rooms { self.writeBatch(of: room) }
        self.ports.flush()
    }

    /// Serves the clients whose commands have just been answered ahead of the others.
    ///
    /// They may go on while the others are served, and have their next commands here when the loop reads again.
    private func serveAnswered() {
        var slow: [Client] = []
        for client in self.ports.takeDue() {
            for member in client.memberships where member.slot != nil {
                guard let batch = member.room.leaving?.batch(for: member) else { continue }
                if member.deliverAhead(batch) == .overflow { slow.append(client) }
            }
            self.ports.flush(client)
        }
        for client in slow { self.endings.close(client, .slowConsumer) }
    }

    /// Hands a room's frames to its live members; members that also get other frames get all of them at the end of
    /// the turn.
    func sendNow(_ room: LocalRoom) {
        room.beginLeaving(self.deflate)
        self.writeBatch(of: room)
        if self.ports.isWaiting { self.loop.scheduleTurnEnd() }
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
        for client in slow { self.endings.close(client, .slowConsumer) }
    }

    private func write(_ batch: RoomFrames.Batch, to member: Membership, _ slow: inout [Client]) {
        switch member.deliver(batch) {
        case .sent, .queued(isFirst: false): break
        case .queued(isFirst: true): self.ports.add(member.client)
        case .overflow: slow.append(member.client)
        }
    }
}
