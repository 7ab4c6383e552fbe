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
/// lock. Shards share nothing: a message for members on another loop, like one for another node, comes back from the
/// broker to each shard by itself.
actor Shard {
    nonisolated let loop: any EventLoop
    nonisolated let inbox: ShardInbox
    let node: NodeContext
    /// On whose behalf the shard's members are in their rooms.
    var holder: HolderID
    let metrics: ShardMetrics
    // `unownedExecutor` does not keep it alive; this does.
    private nonisolated let executor: any SerialExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    let clients = ClientTable()
    var rooms: [RoomName: LocalRoom] = [:]
    var wheel = TimerWheel<Timer>()
    /// Sends of this tick, on their way to the broker.
    var outgoing: [Outgoing] = []
    /// When rooms send what they have gathered.
    var schedule: FlushScheduler
    /// Whose ports have something to send.
    var ports = PortQueue()
    /// What a client that comes now is told of the broker; nil while all is well.
    var degradation: String?
    /// Whether there was ever a member here, so that there is a lease to renew.
    var hasHeld = false
    var isRenewing = false
    /// Whether the lease may have ended while the broker was away.
    var isLeaseDoubtful = false
    /// Whether the broker may have lost who is here; it is told when it is back.
    var isPresenceDoubtful = false
    /// Rooms that the broker is to be told anew of.
    var restores = RestoreQueue()
    /// Rooms whose lists of members are to be read.
    var readings = DueQueue<RoomName, ContinuousClock.Instant>()
    /// Large rooms whose counts are to be told.
    var countRooms: [LocalRoom] = []
    /// Who is connected here, and where, by user.
    var users = UserIndex<ClientID>()
    /// How many users are in rooms through this shard, counted once for each room.
    var memberCount = 0
    /// Whether lists of members are being read.
    var isRepairingPresence = false
    /// Users whose names are to be looked up.
    var nameChecks = PacedSet<UserID, ContinuousClock.Instant>(window: namesAtOnce)
    /// Who got another name while sessions were being opened, which may have been read before.
    var renames = RenamesMeanwhile()
    private var isTickScheduled = false
    private var tasks = 0
    private var quiescence: [CheckedContinuation<Void, Never>] = []

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
        self.holder = node.holder(shard: index)
        self.metrics = ShardMetrics(shard: String(index), of: node.metrics)
        self.schedule = FlushScheduler(window: node.flushWindow, now: .now)
        self.inbox = ShardInbox(loop: loop)
        self.inbox.bind(to: self)
        node.broker.attach(self.inbox)
    }

    var limits: Limits { self.node.limits }
    var broker: any Broker { self.node.broker }

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
            self.tellCounts()
            self.repairPresence()
            self.repairNames()
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

    /// What the shard has now.
    func census() -> ShardCensus {
        ShardCensus(members: self.memberCount, degradation: self.degradation)
    }

    /// Tells the registry how much there is now.
    private func measure() {
        self.metrics.measure(
            connections: self.clients.count,
            rooms: self.rooms.count,
            members: self.memberCount
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
        guard self.tasks == 0 else { return }
        for continuation in self.quiescence { continuation.resume() }
        self.quiescence = []
    }

    /// Returns when no task is left.
    func quiesce() async {
        guard self.tasks > 0 else { return }
        await withCheckedContinuation { self.quiescence.append($0) }
    }
}
