import ChatCore

// Time passes: once a second the timers turn, and what is due is done.
extension Shard {
    /// The most timers that fire before the loop serves its sockets: ten thousand connections that came at once are
    /// checked at about the same time from then on.
    private static let timersAtOnce = 100

    /// The interval of the lease's renewals.
    private var renewal: Duration { self.limits.presenceLease / 3 }

    /// Works until the node ends: turns its timers, renews its lease, and at the end waits for leaving clients and work
    /// under way.
    func run() async {
        var nextRenewal = ContinuousClock.now
        var nextTurn = ContinuousClock.now + .seconds(1)
        while (try? await Task.sleep(until: nextTurn, clock: .continuous)) != nil {
            let now = ContinuousClock.now
            self.base.metrics.didTurn(late: now - nextTurn)
            nextTurn += .seconds(1)
            for (index, timer) in self.base.timers.advance().enumerated() {
                if index > 0, index.isMultiple(of: Self.timersAtOnce) { await self.base.loop.serveSockets() }
                self.fire(timer, now)
            }
            self.secondHasPassed(now)
            guard now >= nextRenewal else { continue }
            nextRenewal = now + self.renewal
            self.spawn { await self.base.presence.renewLease(on: self.parts.events) }
        }
        await self.vacate()
        await self.quiesce()
        // Most users come back elsewhere within seconds: events that everybody leaves, and then joins, would help
        // nobody. A broker that is away cannot be told, and the lease ends in its own time.
        if self.base.presence.outages.wholeDetail == nil {
            await self.base.presence.releaseLease(after: self.node.admission.beginDraining().end)
        }
        // The loop may end soon: nothing may be put on it any more.
        self.base.inbox.close()
    }

    private func fire(_ timer: Timer, _ now: ContinuousClock.Instant) {
        switch timer {
        case .liveness(let id): if let client = self.parts.client(id) { self.parts.liveness.check(client, now) }
        case .stall(let id): if let client = self.parts.client(id) { self.parts.stalls.check(client, now) }
        case .hello(let id): if let client = self.parts.client(id) { self.parts.tokens.checkHello(of: client) }
        case .expiry(let id, let round):
            if let client = self.parts.client(id) { self.parts.tokens.checkExpiry(of: client, round) }
        case .depart(let room, let user, let departures):
            self.parts.departures.graceEnded(of: user, in: room, departures)
        case .close(let room): if self.parts.rooms.lingerEnded(room) { self.spawn { await self.stopHearing(room) } }
        }
    }

    private func stopHearing(_ room: RoomName) async {
        guard let successor = await self.parts.rooms.unsubscribe(from: room) else { return }
        self.parts.resynchronization.begin(in: successor)
    }

    private func secondHasPassed(_ now: ContinuousClock.Instant) {
        self.base.presence.tellCounts(on: self.parts.events)
        self.base.presence.repair(on: self.parts.events)
        self.parts.names.check()
        self.parts.sends.measureNext()
        self.base.metrics.measure(
            waiting: self.parts.held.holderCount,
            members: self.base.presence.memberCount,
            hasBroker: self.base.presence.outages.isEmpty
        )
        self.node.costs.sweep(now: now)
        self.node.admission.sweep(now: now)
        self.node.costs.buffers.measure()
        self.base.deflate.turn()
        self.spawn { await self.node.logs.sweep(now: now) }
        self.spawn { await self.node.budgets.report() }
    }

    // MARK: The end

    /// The node is going away: disconnects all present clients cleanly, and from now on every new one.
    func beginVacating() {
        self.base.presence.beginRelease()
        self.parts.endings.drain(self.base.clients.beginVacating())
    }

    /// Disconnects all clients, and returns when all have taken their last bytes, or have had the time to.
    private func vacate() async {
        self.beginVacating()
        await self.base.clients.vacant()
    }
}
