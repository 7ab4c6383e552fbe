import ChatCore
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

/// Everything that happens on one event loop: its connections, their rooms, and the frames that leave them.
///
/// The actor's executor is the loop, so handlers enter it without a hop (`assumeIsolated`), and what it owns needs no
/// lock. Shards share no state of rooms or clients: a message for members on another loop, like one for another node, comes back from the
/// broker to each shard by itself.
actor Shard {
    nonisolated let loop: any EventLoop
    nonisolated let inbox: BrokerInbox
    let node: NodeContext
    let metrics: ShardMetrics
    // `unownedExecutor` does not keep it alive; this does.
    private nonisolated let executor: any SerialExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    let clients = ClientTable()
    let rooms = LocalRooms()
    let sessions: SessionDesk
    let presence: PresenceKeeper
    var wheel = TimerWheel<Timer>()
    /// Sends of this tick, on their way to the broker.
    var outgoing: [Outgoing] = []
    /// When rooms send what they have gathered.
    var schedule: FlushScheduler
    /// Whose ports have something to send.
    var ports = PortQueue()
    /// What a client that comes now is told of the broker; nil while all is well.
    var degradation: String?
    private var isTickScheduled = false
    private var tasks = 0
    private let quiescence = Signal()

    /// Makes the shard of a loop.
    ///
    /// - Parameters:
    ///   - loop: The loop; it belongs to this shard for good.
    ///   - index: The shard's number on its node.
    ///   - node: What the shards share.
    init(loop: any EventLoop, index: Int, node: NodeContext) {
        self.loop = loop
        self.executor = loop.executor
        self.node = node
        self.metrics = ShardMetrics(shard: String(index), of: node.metrics)
        self.sessions = SessionDesk(store: node.sessions)
        self.presence = PresenceKeeper(node: node, holder: node.holder(shard: index), rooms: self.rooms)
        self.schedule = FlushScheduler(window: node.flushWindow, now: .now)
        self.inbox = BrokerInbox(loop: loop)
        self.inbox.bind(to: self)
        node.control.attach(self.inbox)
    }

    var limits: Limits { self.node.limits }
    var messages: any MessageLog { self.node.messages }

    // MARK: Time

    /// How many timers go off before the loop has a turn: ten thousand connections that came at once are looked after at
    /// about the same time for ever.
    private static let timersAtOnce = 500

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
            for (index, timer) in self.wheel.advance().enumerated() {
                if index > 0, index.isMultiple(of: Self.timersAtOnce) { await Task.yield() }
                self.fire(timer, now)
            }
            self.presence.tellCounts(on: self)
            self.presence.repair(on: self)
            self.checkNames()
            self.measure()
            self.node.sends.sweep(now: now)
            self.spawn { await self.node.logs.sweep(now: now) }
            guard now >= nextRenewal else { continue }
            nextRenewal = now + self.renewal
            self.spawn { await self.presence.renewLease(on: self) }
        }
        await self.vacate()
        await self.quiesce()
        // Who was here comes back elsewhere within seconds, mostly: to say that everybody leaves, and then that they join,
        // would help nobody.
        // A broker that is away cannot be told, and the lease ends in its own time.
        if self.degradation == nil { await self.presence.releaseLease() }
        // The loop may end soon: nothing may be put on it any more.
        self.inbox.close()
    }

    private func fire(_ timer: Timer, _ now: ContinuousClock.Instant) {
        switch timer {
        case .liveness(let id): self.checkLiveness(id, now)
        case .stall(let id): self.checkStall(id, now)
        case .depart(let room, let user, let departures):
            if let room = self.presence.isGone(user, from: room, departures: departures) {
                self.spawn { await self.depart(user, from: room) }
            }
        case .close(let room): self.closeUnused(room)
        }
    }

    /// What the shard has now.
    func census() -> ShardCensus {
        ShardCensus(members: self.presence.memberCount, degradation: self.degradation)
    }

    /// Tells the registry how much there is now.
    private func measure() {
        self.metrics.measure(
            connections: self.clients.count,
            rooms: self.rooms.count,
            members: self.presence.memberCount
        )
    }

    // MARK: Ticks

    /// Sees to it that what was gathered leaves when the loop has read all that it has to read now.
    func scheduleTick() {
        guard !self.isTickScheduled else { return }
        self.isTickScheduled = true
        self.loop.execute { self.assumeIsolated { $0.tick() } }
    }

    private func tick() {
        self.isTickScheduled = false
        self.publishOutgoing()
        self.broadcastDue()
    }

    // MARK: Tasks

    /// Starts work that waits for the broker or for a socket.
    ///
    /// It runs on the loop; the shard counts it, and does not end before it (``quiesce()``).
    func spawn(_ work: @escaping () async -> Void) {
        self.tasks += 1
        Task {
            await work()
            self.ended()
        }
    }

    private func ended() {
        self.tasks -= 1
        if self.tasks == 0 { self.quiescence.raise() }
    }

    /// Returns when no task is left.
    func quiesce() async {
        while self.tasks > 0 { await self.quiescence.raised() }
    }
}
