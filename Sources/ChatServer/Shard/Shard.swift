import ChatCore
import ChatWebSocket
import NIOCore

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

    var clients: [ClientID: Client] = [:]
    private var nextClient: UInt64 = 0
    var rooms: [RoomName: LocalRoom] = [:]
    var wheel = TimerWheel<Timer>()
    /// Sends of this tick, on their way to the broker.
    var outgoing: [Outgoing] = []
    /// Rooms with frames for their members.
    var dirtyRooms: [LocalRoom] = []
    /// Rooms that hold what they have, for a moment.
    var heldRooms: [LocalRoom] = []
    /// When the first of them is looked at.
    var nextRelease: ContinuousClock.Instant?
    /// Rooms in which only what is not urgent waits.
    var patientRooms: [LocalRoom] = []
    var deliveries = DeliveryMeter(now: .now)
    /// Clients with something queued in their ports.
    var flushList: [Client] = []
    /// Clients whose first frames wait for the next ones.
    var newcomers: [Client] = []
    /// Clients that have no room for what was to be sent.
    var slowClients: [Client] = []
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
    /// Whether sessions are being looked up for names, and whether that has to be done once more.
    var isRepairingNames = false
    var namesAreDoubtful = false
    /// Who got another name while sessions were being opened, which may have been read before.
    var renames = RenamesMeanwhile()
    private var isTickScheduled = false
    private var tasks = 0
    private var quiescence: [CheckedContinuation<Void, Never>] = []
    private var vacancy: CheckedContinuation<Void, Never>?
    private var isVacating = false

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
        self.inbox = ShardInbox(loop: loop)
        self.inbox.bind(to: self)
        node.broker.attach(self.inbox)
    }

    var limits: Limits { self.node.limits }
    var broker: any Broker { self.node.broker }

    // MARK: Connections

    /// A connection has become a WebSocket.
    ///
    /// - Parameters:
    ///   - channel: The connection.
    ///   - answer: The answer to its handshake, which has not been sent.
    ///   - greeting: What it asked for in its URL.
    /// - Returns: What the shard calls it.
    func connected(_ channel: any Channel, _ answer: ByteBuffer, _ greeting: Greeting) -> ClientID {
        let now = ContinuousClock.now
        let id = ClientID(rawValue: self.nextClient)
        self.nextClient += 1
        let port = OutboundPort(channel: channel, limit: self.limits.outboundBytes)
        let client = Client(id: id, port: port, limits: self.limits, now: now)
        self.clients[id] = client
        self.wheel.schedule(.liveness(id), after: self.limits.pingInterval)
        self.writeFirst(answer, to: client)
        guard !self.isVacating else {
            self.drain(id)
            return id
        }
        for refusal in greeting.refusals { self.send(refusal.encoded(), to: client) }
        for command in greeting.commands { self.perform(client.session.resume(command), for: client) }
        return id
    }

    /// Bytes came from a client.
    func received(_ bytes: ByteBuffer, from id: ClientID) {
        guard let client = self.clients[id], !client.isClosed else { return }
        let now = ContinuousClock.now
        client.liveness.received(now: now)
        client.decoder.append(bytes)
        do {
            while !client.isClosed, let message = try client.decoder.next() { self.handle(message, from: client, now) }
            self.chargeFrames(of: client, now)
        } catch {
            self.close(client, Disconnect(code: error.closeCode, reason: error.reason))
        }
    }

    /// A connection is gone.
    func disconnected(_ id: ClientID) {
        guard let client = self.clients.removeValue(forKey: id) else { return }
        if let user = client.session.user { self.users.remove(id, of: user.id) }
        client.port.detach()
        self.forget(client)
        if self.clients.isEmpty { self.vacancy.take()?.resume() }
    }

    /// The node is going away: part from the client in peace.
    private func drain(_ id: ClientID) {
        guard let client = self.clients[id], !client.isClosed else { return }
        self.close(client, .draining, reconnectMilliseconds: .random(in: 100...2000))
    }

    /// Parts from whoever is here, and from now on from whoever comes.
    func beginVacating() {
        guard !self.isVacating else { return }
        self.isVacating = true
        for id in self.clients.keys { self.drain(id) }
    }

    /// Parts from everybody, and returns when all have taken what was left for them, or have had the time to.
    func vacate() async {
        self.beginVacating()
        guard !self.clients.isEmpty else { return }
        await withCheckedContinuation { self.vacancy = $0 }
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
        self.flush()
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
