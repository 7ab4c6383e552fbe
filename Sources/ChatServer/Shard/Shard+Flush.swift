import ChatCore
import NIOCore

// How what was gathered leaves: one write for each member and room, one system call for each client.
extension Shard {
    /// The most bytes that a room holds to send them together.
    ///
    /// A system call for as much costs little for each message; to wait for more gains nothing, and a sender with many
    /// messages under way would wait as well (with 64 KiB it was slowed down to a third).
    private static let maximumHeldBytes = 4096

    /// How often those rooms are looked at in which only what is not urgent waits.
    private static let patience = TimeAmount.milliseconds(25)

    /// Writes what was gathered in this tick.
    ///
    /// A busy room may hold what it has until ``release()``.
    func flush() {
        let rooms = self.dirtyRooms
        self.dirtyRooms.removeAll(keepingCapacity: true)
        guard !rooms.isEmpty else { return self.flushClients() }
        let now = ContinuousClock.now
        var due: [LocalRoom] = []
        for room in rooms {
            room.isDirty = false
            self.deliveries.add(room.gathered.takeNewCount() * room.live.count, now: now)
            if self.isDue(room, now) { due.append(room) }
        }
        self.flush(due)
    }

    private func isDue(_ room: LocalRoom, _ now: ContinuousClock.Instant) -> Bool {
        switch room.gathered.frames.readableBytes {
        // It was flushed since.
        case 0: return false
        case Self.maximumHeldBytes...: return true
        case _ where room.gathered.isUnhurried: return self.mayPass(room, now)
        default:
            let isBusy = self.deliveries.isBusy
            return self.obey(room.pacer.gathered(now: now, window: self.node.flushWindow, isBusy: isBusy), for: room)
        }
    }

    // MARK: Busy rooms

    /// - Returns: Whether the room is flushed now.
    private func obey(_ decision: FlushPacer.Decision, for room: LocalRoom) -> Bool {
        switch decision {
        case .flush: return true
        case .hold(let until):
            if !room.isHeld { self.heldRooms.append(room) }
            room.isHeld = true
            self.scheduleRelease(at: until)
            return false
        }
    }

    private func scheduleRelease(at time: ContinuousClock.Instant) {
        if let nextRelease, nextRelease <= time { return }
        self.nextRelease = time
        let wait = TimeAmount(ContinuousClock.now.duration(to: time))
        self.loop.scheduleTask(in: wait) { self.assumeIsolated { $0.release() } }
    }

    /// Writes what rooms have held for long enough.
    private func release() {
        self.nextRelease = nil
        let rooms = self.heldRooms
        self.heldRooms = []
        let now = ContinuousClock.now
        for room in rooms { room.isHeld = false }
        self.flush(
            rooms.filter { room in
                room.gathered.frames.readableBytes > 0
                    && self.obey(room.pacer.check(now: now, window: self.node.flushWindow), for: room)
            }
        )
    }

    // MARK: What is not urgent

    private func mayPass(_ room: LocalRoom, _ now: ContinuousClock.Instant) -> Bool {
        guard !room.mayPass(now) else { return true }
        if !room.isPatient {
            room.isPatient = true
            self.patientRooms.append(room)
            if self.patientRooms.count == 1 { self.scheduleLook() }
        }
        return false
    }

    private func scheduleLook() {
        self.loop.scheduleTask(in: Self.patience) { self.assumeIsolated { $0.lookAtPatientRooms() } }
    }

    private func lookAtPatientRooms() {
        let now = ContinuousClock.now
        let rooms = self.patientRooms
        self.patientRooms = []
        for room in rooms { room.isPatient = false }
        // Messages that have come since take everything with them.
        self.flush(rooms.filter { $0.gathered.isUnhurried && self.mayPass($0, now) })
    }

    // MARK: To the members

    /// Hands rooms' frames to their live members, and clients all that is queued for them.
    ///
    /// Those come first whose commands have just been answered: they may go on while the others are served, and have
    /// their next commands here when the loop looks again.
    private func flush(_ rooms: [LocalRoom]) {
        for room in rooms { self.take(room) }
        for client in self.flushList {
            for member in client.memberships where member.slot != nil {
                guard let departure = member.room.departure else { continue }
                self.deliver(departure, to: member)
                member.skippedBytes = departure.frames.readableBytes
            }
        }
        self.flushClients()
        for room in rooms { self.deliver(room) }
        self.flushClients()
    }

    /// Hands a room's frames to its live members; those who get them with other things get them at the end of the tick.
    func flush(_ room: LocalRoom) {
        self.take(room)
        self.deliver(room)
        if !self.flushList.isEmpty { self.scheduleTick() }
    }

    private func take(_ room: LocalRoom) {
        room.pacer.flushed()
        room.departure = room.gathered.take()
    }

    /// Sends what is queued for clients, and looks after those whose sockets do not take all of it.
    func flushClients() {
        let clients = self.flushList
        self.flushList.removeAll(keepingCapacity: true)
        for client in clients {
            client.port.flush()
            self.watchStall(client)
        }
    }

    private func deliver(_ room: LocalRoom) {
        guard let departure = room.departure.take() else { return }
        self.metrics.didDeliver(departure.tally, to: room.live.count)
        for member in room.live { self.deliver(departure, to: member) }
        for client in self.slowClients { self.close(client, .slowConsumer) }
        self.slowClients = []
    }

    private func deliver(_ departure: FrameGather.Departure, to member: Membership) {
        let verdict: OutboundPort.Verdict
        if member.skippedBytes > 0 {
            verdict = self.deliver(departure.frames, toNew: member)
        } else if let lasting = departure.lasting, member.port.isCrowded {
            verdict = member.port.deliver(lasting)
        } else {
            verdict = member.port.deliver(departure.frames)
        }
        switch verdict {
        case .sent, .queued(isFirst: false): break
        case .queued(isFirst: true): self.flushList.append(member.client)
        case .overflow: self.slowClients.append(member.client)
        }
    }

    /// Gives a member that has gone live since only what was gathered after that.
    private func deliver(_ frames: ByteBuffer, toNew member: Membership) -> OutboundPort.Verdict {
        var due = frames
        due.moveReaderIndex(forwardBy: member.skippedBytes)
        member.skippedBytes = 0
        return due.readableBytes > 0 ? member.port.deliver(due) : .sent
    }
}
