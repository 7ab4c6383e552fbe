import ChatCore
import NIOCore

// How what was gathered leaves: one write for each member and room, one system call for each client.
extension Shard {
    /// The most bytes that a room holds to send them together.
    ///
    /// A system call for as much costs little for each message; to wait for more gains nothing, and a sender with many
    /// messages under way would wait as well (with 64 KiB it was slowed down to a third).
    private static let maximumHeldBytes = 4096

    /// Writes what was gathered in this tick.
    ///
    /// A busy room may hold what it has until ``release()``.
    func flush() {
        let rooms = self.dirtyRooms
        self.dirtyRooms.removeAll(keepingCapacity: true)
        if !rooms.isEmpty {
            let now = ContinuousClock.now
            for room in rooms {
                room.isDirty = false
                self.deliveries.add(room.takeGatheredCount() * room.live.count, now: now)
                switch room.pending.readableBytes {
                // Somebody has joined, and so flushed the room, since.
                case 0: break
                case ..<Self.maximumHeldBytes:
                    let isBusy = self.deliveries.isBusy
                    self.obey(room.pacer.gathered(now: now, window: self.node.flushWindow, isBusy: isBusy), for: room)
                default: self.flush(room)
                }
            }
        }
        self.flushClients()
    }

    private func flushClients() {
        let clients = self.flushList
        self.flushList.removeAll(keepingCapacity: true)
        for client in clients { client.port.flush() }
    }

    private func obey(_ decision: FlushPacer.Decision, for room: LocalRoom) {
        switch decision {
        case .flush: self.flush(room)
        case .hold(let until):
            if !room.isHeld { self.heldRooms.append(room) }
            room.isHeld = true
            self.scheduleRelease(at: until)
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
        for room in rooms where room.pending.readableBytes > 0 {
            self.obey(room.pacer.check(now: now, window: self.node.flushWindow), for: room)
        }
        self.flushClients()
    }

    /// Hands a room's frames to its live members.
    func flush(_ room: LocalRoom) {
        guard room.pending.readableBytes > 0 else { return }
        let (frames, lasting) = room.takePending()
        self.metrics.didDeliver(room.takeTally(), to: room.live.count)
        var slow: [Client] = []
        for member in room.live {
            var due = frames
            if let lasting, member.client.port.isCrowded { due = lasting }
            switch member.client.port.write(due) {
            case .queued(isFirst: true): self.flushList.append(member.client)
            case .queued(isFirst: false): break
            case .overflow: slow.append(member.client)
            }
        }
        for client in slow { self.close(client, .slowConsumer) }
    }
}
