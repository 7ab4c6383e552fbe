import ChatCore
import ChatHTTP
import NIOCore

/// Everything that happens on one event loop: its connections, their rooms, and the frames that leave them.
///
/// The actor's executor is the loop, so handlers enter it without a hop (`assumeIsolated`), and its state needs no
/// lock. Shards share no state of rooms or clients: the broker hands a message to each shard separately, whether its
/// members are on another loop or on another node.
///
/// The actor itself says what can happen on a loop; ``ShardParts`` do it.
actor Shard: LoopHost {
    nonisolated let eventLoop: any EventLoop
    // `unownedExecutor` does not keep it alive; this does.
    private nonisolated let executor: any SerialExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }
    /// Its number on its node.
    nonisolated let index: Int
    let node: NodeContext
    let parts: ShardParts
    var base: LoopBase { self.parts.base }
    private var tasks = 0
    private let quiescence = Signal()

    /// Makes the shard of a loop.
    ///
    /// - Parameters:
    ///   - eventLoop: The loop; it belongs to this shard for good.
    ///   - index: The shard's number on its node.
    ///   - node: The data that the shards share.
    init(on eventLoop: any EventLoop, index: Int, node: NodeContext) {
        (self.eventLoop, self.executor) = (eventLoop, eventLoop.executor)
        (self.index, self.node) = (index, node)
        let base = LoopBase(node, shard: index, on: eventLoop)
        let (inbox, loop) = (base.inbox, base.loop)
        self.parts = ShardParts(base)
        loop.bind(to: self)
        inbox.bind(to: self)
        node.control.attach(inbox)
        node.rulings.attach(inbox)
    }

    // MARK: Connections

    /// A connection has become a WebSocket: ``NewClients/connected(_:_:)``.
    ///
    /// - Returns: Its id on the shard.
    func connected(_ channel: any Channel, _ newcomer: Newcomer) -> ClientID {
        self.parts.newClients.connected(channel, newcomer).id
    }

    /// A request has become a stream: ``NewClients/streams(_:from:_:_:)``.
    ///
    /// - Returns: Its id on the shard.
    func streams(
        _ channel: any Channel,
        from address: NetworkAddress?,
        _ head: ByteBuffer,
        _ order: StreamOrder
    ) -> ClientID {
        self.parts.newClients.streams(channel, from: address, head, order).id
    }

    /// Bytes came from a client.
    func received(_ bytes: ByteBuffer, from id: ClientID) {
        if let client = self.parts.client(id) { self.parts.clientBytes.received(bytes, from: client) }
    }

    /// A connection is gone.
    func disconnected(_ id: ClientID) {
        guard let client = self.base.clients.remove(id) else { return }
        if let hash = client.keptSession.hash { self.node.sessions.release(hash) }
        self.parts.endings.channelEnded(client)
        self.parts.held.giveBack(of: client)
    }

    /// The node holds too much for its clients.
    func shed() { self.parts.held.shed() }

    // MARK: Turns

    /// The broker has handed over events.
    func takeEvents() { self.parts.events.takeEvents() }

    /// The loop has read everything that was there: what has gathered meanwhile leaves together.
    func endTurn() {
        self.parts.sends.publish()
        self.parts.broadcasts.sendDue()
    }

    // MARK: Questions from outside

    var limits: Limits { self.base.state.limits }

    /// Takes settings that were reloaded.
    func reload(_ settings: ReloadableConfiguration) {
        self.base.state.take(settings)
        self.base.presence.limits = settings.limits
    }

    /// The present numbers of the shard.
    func census() -> ShardCensus {
        ShardCensus(members: self.base.presence.memberCount, degradation: self.base.presence.outages.detail)
    }

    /// The connections of a user on this loop.
    func connections(of user: UserID) -> [ConnectionReport] {
        self.base.clients.of(user).map(ConnectionReport.init)
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
