import ChatCore
import ChatWebSocket
import NIOCore

/// What a shard has to see to at a certain time.
enum Timer: Sendable {
    /// Look whether the connection lives.
    case liveness(ClientID)
    /// Look whether the client takes what waits for it.
    case stall(ClientID)
    /// The grace of a user whose last connection went is over.
    case depart(RoomName, UserID, Int)
    /// Let go of the room, if nobody is in it.
    case close(RoomName)
}

// One wheel for all timers of the loop, turned once a second.
extension Shard {
    /// How often the lease begins anew.
    private var renewal: Duration { self.limits.presenceLease / 3 }

    /// Works until the node ends: turns the wheel, renews its lease, and at the end waits for those who leave and for what is
    /// under way.
    func run() async {
        var nextRenewal = ContinuousClock.now
        var nextTurn = ContinuousClock.now + .seconds(1)
        while (try? await Task.sleep(until: nextTurn, clock: .continuous)) != nil {
            nextTurn += .seconds(1)
            let now = ContinuousClock.now
            for timer in self.wheel.advance() { self.fire(timer, now) }
            self.tellCounts()
            self.repairPresence()
            self.measure()
            self.node.sends.sweep(now: now)
            self.spawn { await self.node.logs.sweep(now: now) }
            guard now >= nextRenewal else { continue }
            nextRenewal = now + self.renewal
            self.spawn { await self.renewLease() }
        }
        await self.vacate()
        await self.quiesce()
        // Who was here comes back elsewhere within seconds, mostly: to say that everybody leaves, and then that they join,
        // would help nobody.
        await self.releaseLease()
        // The loop may end soon: nothing may be put on it any more.
        self.inbox.close()
    }

    private func fire(_ timer: Timer, _ now: ContinuousClock.Instant) {
        switch timer {
        case .liveness(let id): self.checkLiveness(id, now)
        case .stall(let id): self.checkStall(id, now)
        case .depart(let room, let user, let departures):
            self.departIfGone(user, from: room, departures: departures)
        case .close(let room): self.closeUnused(room)
        }
    }

    /// How often the shard checks whether a client takes what waits for it.
    private var stallInterval: Duration { self.limits.stallTimeout / 10 }

    /// Looks after a client that has not taken all that it was sent.
    func watchStall(_ client: Client) {
        guard !client.isWatched, client.port.waiting > 0 else { return }
        client.isWatched = true
        self.wheel.schedule(.stall(client.id), after: self.stallInterval)
    }

    private func checkStall(_ id: ClientID, _ now: ContinuousClock.Instant) {
        guard let client = self.clients[id], !client.isClosed else { return }
        client.isWatched = false
        let (taken, waiting) = (client.port.taken, client.port.waiting)
        guard let disconnect = client.stall.check(taken: taken, waiting: waiting, now: now) else {
            return self.watchStall(client)
        }
        self.close(client, disconnect)
    }

    private func checkLiveness(_ id: ClientID, _ now: ContinuousClock.Instant) {
        guard let client = self.clients[id], !client.isClosed else { return }
        switch client.liveness.check(now: now) {
        case .wait(let time): self.wheel.schedule(.liveness(id), after: time)
        case .ping(let time):
            self.write(.ping, ByteBuffer(), to: client)
            self.wheel.schedule(.liveness(id), after: time)
        case .disconnect(let disconnect): self.close(client, disconnect)
        }
    }
}
