import ChatCore
import NIOCore

/// Everything that happens on one event loop: its connections, their rooms, and the frames that leave them.
///
/// The actor's executor is the loop, so handlers enter it without a hop (`assumeIsolated`), and its state needs no
/// lock. Shards share no state of rooms or clients: the broker hands a message to each shard separately, whether its members are on another
/// loop or on another node.
actor Shard {
    nonisolated let loop: any EventLoop
    nonisolated let inbox: BrokerInbox
    /// Its number on its node.
    nonisolated let index: Int
    let node: NodeContext
    /// The settings of now; ``reload(_:)`` brings others.
    private(set) var settings: ReloadableConfiguration
    let metrics: ShardMetrics
    // `unownedExecutor` does not keep it alive; this does.
    private nonisolated let executor: any SerialExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    let clients = ClientTable()
    let rooms = RoomTable()
    let sessions: SessionDesk
    let presence: PresenceKeeper
    var wheel = TimerWheel<Timer>()
    /// Sends of this turn, on their way to the broker.
    var outgoing: [Outgoing] = []
    /// The rules of rooms that have some: most nodes have none.
    var ruledRooms: [RoomName: RoomRules] = [:]
    /// Decides when rooms send their gathered frames.
    var schedule: FlushScheduler
    /// Compresses and inflates the messages of clients that agreed on it.
    let deflate = LoopDeflate()
    /// Through which joins and departures pass; nil where they wait for the broker, and give way to sockets by that.
    let crowds: CrowdGate?
    /// The clients whose ports have something to send.
    var ports = PortsToFlush()
    /// The clients for which the node holds bytes.
    var held: Set<ClientID> = []
    /// Whether some of them are about to be let go of.
    var isShedding = false
    /// The broker's state for new clients; nil while all is well.
    var degradation: String?
    /// Whether the next batch of sends is measured, on its way to the broker and back.
    var isRoundTripDue = true
    /// Whether a turn is due.
    var isTurnEndScheduled = false
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
        self.index = index
        self.node = node
        self.settings = node.settings
        self.metrics = ShardMetrics(shard: String(index), of: node.metrics)
        self.sessions = SessionDesk(store: node.sessions, costs: node.costs, rulings: node.rulings)
        self.presence = PresenceKeeper(node: node, holder: node.holder(shard: index), rooms: self.rooms)
        self.schedule = FlushScheduler(window: node.flushWindow, now: .now)
        self.crowds = node.control.answersAtOnce ? CrowdGate(on: loop) : nil
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

    /// Lets the loop look at its sockets: a task that yields is ready again at once, before them.
    func serveSockets() async { try? await Task.sleep(for: .milliseconds(1)) }

    private func ended() {
        self.tasks -= 1
        if self.tasks == 0 { self.quiescence.raise() }
    }

    /// Returns when no task is left.
    func quiesce() async {
        while self.tasks > 0 { await self.quiescence.raised() }
    }
}
