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

/// Everything that happens on one event loop: its connections, their rooms, and the frames that leave them.
///
/// The actor's executor is the loop, so handlers enter it without a hop (`assumeIsolated`), and its state needs no
/// lock. Shards share no state of rooms or clients: the broker hands a message to each shard separately, whether its members are on another
/// loop or on another node.
actor Shard {
    nonisolated let loop: any EventLoop
    nonisolated let inbox: BrokerInbox
    let node: NodeContext
    /// The settings of now; ``reload(_:)`` brings others.
    private(set) var settings: ReloadableConfiguration
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
    /// The rules of rooms that have some: most nodes have none.
    var ruledRooms: [RoomName: RoomRules] = [:]
    /// Decides when rooms send their gathered frames.
    var schedule: FlushScheduler
    /// Compresses and inflates the messages of clients that agreed on it.
    let deflate = LoopDeflate()
    /// The clients whose ports have something to send.
    var ports = ClientsToFlush()
    /// The clients for which the node holds bytes.
    var held: Set<ClientID> = []
    /// Whether some of them are about to be let go of.
    var isShedding = false
    /// The broker's state for new clients; nil while all is well.
    var degradation: String?
    /// Whether a tick is due.
    var isTickScheduled = false
    private var tasks = 0
    private let quiescence = Signal()

    /// Makes the shard of a loop.
    ///
    /// - Parameters:
    ///   - loop: The loop; it belongs to this shard for good.
    ///   - index: The shard's number on its node.
    ///   - node: The data that the shards share.
    init(loop: any EventLoop, index: Int, node: NodeContext) {
        self.loop = loop
        self.executor = loop.executor
        self.node = node
        self.settings = node.settings
        self.metrics = ShardMetrics(shard: String(index), of: node.metrics)
        self.sessions = SessionDesk(store: node.sessions, costs: node.costs)
        self.presence = PresenceKeeper(node: node, holder: node.holder(shard: index), rooms: self.rooms)
        self.schedule = FlushScheduler(window: node.flushWindow, now: .now)
        self.inbox = BrokerInbox(loop: loop)
        self.inbox.bind(to: self)
        node.control.attach(self.inbox)
        node.rulings.attach(self.inbox)
    }

    var limits: Limits { self.settings.limits }
    var messages: any MessageLog { self.node.messages }

    /// Takes settings that were reloaded.
    ///
    /// What a connection was promised when it came (how large its messages and its queue may be, how many commands it may
    /// send, when it is pinged) stays as it was.
    func reload(_ settings: ReloadableConfiguration) {
        self.settings = settings
        self.presence.limits = settings.limits
    }

    // MARK: Time

    /// The most timers that fire before the loop has a turn: ten thousand connections that came at once are checked at
    /// about the same time from then on.
    private static let timersAtOnce = 500

    /// The interval of the lease's renewals.
    private var renewal: Duration { self.limits.presenceLease / 3 }

    /// Works until the node ends: turns the wheel, renews its lease, and at the end waits for leaving clients and work
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
        if self.degradation == nil { await self.presence.releaseLease() }
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
            if let room = self.presence.isGone(user, from: room, departures: departures) {
                self.spawn { await self.depart(user, from: room) }
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
            connections: self.clients.count,
            rooms: self.rooms.count,
            members: self.presence.memberCount
        )
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
