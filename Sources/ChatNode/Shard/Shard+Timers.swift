import ChatCore
import NIOCore

/// The timers of a shard.
enum Timer: Sendable {
    /// Check whether the connection is alive.
    case liveness(ClientID)
    /// Check whether the client takes its waiting bytes.
    case stall(ClientID)
    /// Check whether the client has brought a token.
    case hello(ClientID)
    /// Check whether the time of the client's token is over; the number is that of the token.
    case expiry(ClientID, UInt32)
    /// The grace of a user whose last connection was lost is over.
    case depart(RoomName, UserID, Int)
    /// Release the room, if nobody is in it.
    case close(RoomName)
}

// Time passes: once a second the wheel turns, and what is due is done.
extension Shard {
    /// The most timers that fire before the loop serves its sockets: ten thousand connections that came at once are
    /// checked at about the same time from then on.
    private static let timersAtOnce = 100

    /// The interval of the lease's renewals.
    private var renewal: Duration { self.limits.presenceLease / 3 }

    /// Works until the node ends: turns the wheel, renews its lease, and at the end waits for leaving clients and work
    /// under way.
    func run() async {
        var nextRenewal = ContinuousClock.now
        var nextTurn = ContinuousClock.now + .seconds(1)
        while (try? await Task.sleep(until: nextTurn, clock: .continuous)) != nil {
            let now = ContinuousClock.now
            self.metrics.didTurn(late: now - nextTurn)
            nextTurn += .seconds(1)
            for (index, timer) in self.wheel.advance().enumerated() {
                if index > 0, index.isMultiple(of: Self.timersAtOnce) { await self.serveSockets() }
                self.fire(timer, now)
            }
            self.presence.tellCounts(on: self)
            self.presence.repair(on: self)
            self.checkNames()
            self.measure()
            self.node.costs.sweep(now: now)
            self.node.admission.sweep(now: now)
            self.node.costs.buffers.measure()
            self.deflate.turn()
            self.spawn { await self.node.logs.sweep(now: now) }
            self.spawn { await self.node.budgets.report() }
            guard now >= nextRenewal else { continue }
            nextRenewal = now + self.renewal
            self.spawn { await self.presence.renewLease(on: self) }
        }
        await self.vacate()
        await self.quiesce()
        // Most users come back elsewhere within seconds: events that everybody leaves, and then joins, would help
        // nobody. A broker that is away cannot be told, and the lease ends in its own time.
        if self.degradation == nil { await self.presence.releaseLease(after: self.node.admission.beginDraining().end) }
        // The loop may end soon: nothing may be put on it any more.
        self.inbox.close()
    }

    private func fire(_ timer: Timer, _ now: ContinuousClock.Instant) {
        switch timer {
        case .liveness(let id): self.checkLiveness(id, now)
        case .stall(let id): self.checkStall(id, now)
        case .hello(let id): self.checkHello(id)
        case .expiry(let id, let round): self.checkExpiry(id, round)
        case .depart(let room, let user, let departures):
            self.spawn {
                await self.crowds?.pass()
                guard let room = self.presence.isGone(user, from: room, departures: departures) else { return }
                await self.depart(user, from: room)
            }
        case .close(let room): self.closeUnused(room)
        }
    }

    /// The present numbers of the shard.
    func census() -> ShardCensus {
        ShardCensus(members: self.presence.memberCount, degradation: self.degradation)
    }

    /// Reports the present numbers to the registry.
    private func measure() {
        self.metrics.measure(
            waiting: self.held.count,
            members: self.presence.memberCount,
            hasBroker: self.degradation == nil
        )
        self.isRoundTripDue = true
    }
}
