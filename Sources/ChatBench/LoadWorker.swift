internal import ChatClient
internal import NIOCore
internal import NIOPosix

/// The clients of one event loop: an actor whose executor is the loop, so that handlers enter it without a hop.
///
/// ``LoadClient`` and ``OpenSchedule`` make all decisions; this moves bytes and sets timers. No connection has a task
/// or a timer of its own.
actor LoadWorker {
    /// The most connections, and the most joins, that a loop has in progress at the same time.
    static let maximumUnderWay = 64

    nonisolated let loop: any EventLoop
    // `unownedExecutor` does not keep it alive; this does.
    private nonisolated let executor: any SerialExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    private let servers: [(ChannelBootstrap, SocketAddress)]
    let plan: BenchPlan
    /// The numbers of the clients in the plan.
    private let indices: [Int]
    var clients: [LoadClient]
    var channels: [(any Channel)?]
    /// The clients that send, in the order of their numbers as senders.
    let senders: [Int]
    var meter = LoadMeter()
    var schedule: OpenSchedule?
    var isSending = false
    /// Senders that have a timer, because the server asked them to wait.
    var resting: Set<Int> = []
    private var next = 0
    private var underWay = 0
    private var phase = LoadPhase.connecting
    private var progress = PhaseProgress()
    private var firstEnd: LoadEnd?
    /// Bytes for the connection of the current client, which leave in one write.
    var out = ByteBuffer()

    init(loop: any EventLoop, thread: Int, plan: BenchPlan, servers: [(ChannelBootstrap, SocketAddress)]) {
        self.loop = loop
        self.executor = loop.executor
        self.plan = plan
        self.servers = servers
        let indices = (0..<plan.clients).filter { plan.thread(of: $0) == thread }
        self.indices = indices
        self.clients = indices.map { LoadClient($0, plan) }
        self.channels = Array(repeating: nil, count: indices.count)
        self.senders = indices.indices.filter { plan.sender(indices[$0]) != nil }
    }

    static var now: Int { Int(NIODeadline.now().uptimeNanoseconds) }

    // MARK: Connecting and joining

    /// Begins to connect all clients, or to bring all that are connected into their rooms.
    func begin(_ phase: LoadPhase) {
        self.phase = phase
        self.next = 0
        self.underWay = 0
        self.progress = PhaseProgress(start: Self.now)
        self.advance()
    }

    /// The progress of the phase, and why the first connection of the run ended.
    func state() -> (progress: PhaseProgress, end: LoadEnd?) { (self.progress, self.firstEnd) }

    private func advance() {
        while self.underWay < Self.maximumUnderWay, self.next < self.clients.count {
            let client = self.next
            self.next += 1
            switch self.phase {
            case .connecting:
                self.underWay += 1
                self.connect(client)
            case .joining:
                guard self.clients[client].stage == .welcome else {
                    self.progress.failed += 1
                    continue
                }
                self.underWay += 1
                self.clients[client].enter(&self.out)
                self.flush(client)
            }
        }
    }

    private func connect(_ client: Int) {
        let (connector, address) = self.servers[self.plan.server(of: self.indices[client])]
        connector.connect(on: self.loop, to: address) { channel in
            try channel.pipeline.syncOperations.addHandler(LoadHandler(self, client))
        }.whenFailure { error in
            self.assumeIsolated { $0.failed(client, ChannelBootstrap.reason(error)) }
        }
    }

    /// A client completed the phase, or ended.
    private func settle(_ succeeded: Bool) {
        self.underWay -= 1
        if succeeded { self.progress.done += 1 } else { self.progress.failed += 1 }
        self.progress.last = Self.now
        // In a later turn of the loop: connections that fail at once would nest ever deeper here.
        self.loop.execute { self.assumeIsolated { $0.advance() } }
    }

    // MARK: Events of channels

    func connected(_ client: Int, _ channel: any Channel) {
        guard self.clients[client].stage == .connecting else { return channel.close(promise: nil) }
        self.channels[client] = channel
        self.clients[client].connected(&self.out)
        self.flush(client)
    }

    func received(_ bytes: ByteBuffer, _ client: Int) {
        let now = Self.now
        let before = self.clients[client].stage
        let end = self.clients[client].received(bytes, now: now, &self.meter, &self.out)
        if let end { return self.ended(client, end, from: before) }
        let after = self.clients[client].stage
        if before != after, after == self.phase.goal { self.settle(true) }
        if self.isSending { self.refill(client, now) }
        self.flush(client)
    }

    func closed(_ client: Int) {
        let before = self.clients[client].stage
        if let end = self.clients[client].closed() { self.ended(client, end, from: before) }
        self.channels[client] = nil
    }

    func failed(_ client: Int, _ reason: String) {
        let before = self.clients[client].stage
        if let end = self.clients[client].failed(reason) { self.ended(client, end, from: before) }
    }

    private func ended(_ client: Int, _ end: LoadEnd, from stage: LoadClient.Stage) {
        self.meter.error(end.name)
        if self.firstEnd == nil { self.firstEnd = end }
        self.out.clear()
        self.channels[client]?.close(promise: nil)
        self.channels[client] = nil
        if stage.isOnItsWay(to: self.phase.goal) { self.settle(false) }
    }

    func flush(_ client: Int) {
        guard self.out.readableBytes > 0 else { return }
        self.channels[client]?.writeAndFlush(self.out, promise: nil)
        self.out = ByteBuffer()
    }
}
