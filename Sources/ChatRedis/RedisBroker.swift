package import ChatCore
package import Logging
package import NIOCore

/// The broker on Redis: rooms are shared by all nodes that use the same Redis and the same prefix.
///
/// It is an actor on the event loop of its connections, so that nothing changes threads between a socket and its owner.
/// It decides nothing and keeps nothing: it makes the parts, tells them of events at the endpoints and of passing time,
/// and keeps its promises through them. ``EndpointMap`` knows which endpoint has a room.
///
/// The promises are on ``Broker``. It cannot promise more than Redis does: a message is stored as safely as Redis'
/// settings allow. The broker notices a log that lost something, and gives it another epoch.
package final actor RedisBroker: Broker {
    /// The interval at which the broker handles everything that depends on time.
    private static let tickInterval = TimeAmount.milliseconds(250)

    package nonisolated let kind = "redis"
    /// The loop that the broker and all of its connections are on.
    package nonisolated let eventLoop: any EventLoop
    private nonisolated let executor: any SerialExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    let configuration: RedisConfiguration
    nonisolated let keys: RedisKeys
    let endpoints: EndpointMap
    let requests: RoomScriptCalls
    let outlets = SubscriberOutlets()
    let rooms: RoomFollower
    let logs: RoomLogs
    let directory: RoomDirectory
    let leases: HolderLeases
    let sweeper: LeaseSweeper
    let watch: RoomWatch
    let members: RoomMembers
    let sessions: RedisSessions
    let rulings: RedisRulings
    let budgets: RedisBudgets

    /// Makes a broker; it works once ``run()`` is called.
    ///
    /// - Parameters:
    ///   - configuration: The address of Redis and the settings for it.
    ///   - eventLoopGroup: The group from which the broker takes its event loop.
    ///   - logger: Told of connections that come and go.
    /// - Throws: An error when TLS cannot be set up.
    package init(configuration: RedisConfiguration, eventLoopGroup: any EventLoopGroup, logger: Logger) throws {
        var random = SystemRandom()
        let incarnation = Base36.random(digits: 16, using: &random)
        let eventLoop = eventLoopGroup.next()
        let keys = RedisKeys(prefix: configuration.keyPrefix, database: configuration.url.database)
        let scripts = RedisScriptSet(log: configuration.limits.log)
        let endpoint = try RedisEndpoint(
            RedisEndpoint.ID(number: 0),
            configuration,
            keys: keys,
            scripts: scripts,
            incarnation: incarnation,
            on: eventLoop,
            logger: logger
        )
        let endpoints = EndpointMap(endpoint)
        let (requests, clock, agenda) = (RoomScriptCalls(keys: keys), RedisClock(), RoomAgenda())
        let rooms = RoomFollower(
            endpoints,
            requests,
            handingTo: self.outlets,
            agenda,
            configuration,
            on: eventLoop,
            logger: logger
        )
        let directory = RoomDirectory(endpoints, requests, clock, on: eventLoop)
        let table = HolderTable(endpoints, keys)
        let leases = HolderLeases(table, lease: configuration.lease)
        let sweeper = LeaseSweeper(
            table,
            leases,
            requests,
            endpoints,
            clock,
            lease: configuration.lease,
            incarnation: incarnation,
            logger: logger
        )
        let upkeep = RoomUpkeep(endpoints, keys, agenda, sweeper, directory, roomSeconds: scripts.roomSeconds)
        let watch = RoomWatch(endpoints, requests, rooms, agenda, upkeep, sweeper, configuration, on: eventLoop)
        self.eventLoop = eventLoop
        self.executor = eventLoop.executor
        (self.configuration, self.keys, self.endpoints, self.requests) = (configuration, keys, endpoints, requests)
        (self.rooms, self.directory, self.watch) = (rooms, directory, watch)
        (self.leases, self.sweeper) = (leases, sweeper)
        self.logs = RoomLogs(endpoints, requests, rooms, directory)
        self.members = RoomMembers(endpoints, requests, leases, directory, watch)
        self.sessions = RedisSessions(endpoints, keys)
        self.rulings = RedisRulings(endpoints, keys)
        self.budgets = RedisBudgets(endpoints, keys)
        eventLoop.execute { [weak self] in self?.assumeIsolated { $0.begin() } }
    }

    private func begin() {
        self.rooms.observer = self.watch
        self.leases.tableWasLost = { [weak watch = self.watch, lease = TimeAmount(self.configuration.lease)] in
            // Each holder of the node finds this out separately.
            watch?.lookAtAll(unlessWithin: lease)
        }
        for endpoint in self.endpoints.all {
            endpoint.begin(self.rooms) { [weak self, id = endpoint.id] event in
                self?.assumeIsolated { $0.handle(event, at: id) }
            }
        }
        self.startTicking()
    }

    /// The counts of drops and losses since the start.
    package var counters: BrokerCounts {
        var counters = BrokerCounts()
        (counters.invalidPayloads, counters.rolledBackLogs) =
            (self.rooms.counters.invalidPayloads, self.rooms.counters.rolledBackLogs)
        counters.unloggedPublications = self.rooms.counters.unloggedPublications
        for endpoint in self.endpoints.all {
            counters.lostConnections += endpoint.counters.lost
            counters.deafConnections += endpoint.counters.deaf
            counters.strayConnections += endpoint.counters.stray
            counters.reconnects += endpoint.counters.reconnects
            counters.unknownErrors += endpoint.counters.unknownErrors
        }
        return counters
    }

    package func counts() async -> BrokerCounts { self.counters }

    // MARK: Running

    /// Keeps its connections for as long as it runs; Redis may be away at the start.
    ///
    /// - Throws: ``BrokerError`` when the data have a newer layout than this server knows.
    package func run() async throws {
        try await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                for (index, endpoint) in self.endpoints.all.enumerated() {
                    for role in endpoint.roles { group.addTask { await self.keepConnected(index, role) } }
                    for sentinel in endpoint.sentinels.indices {
                        group.addTask { await self.keepConnected(index, sentinel: sentinel) }
                    }
                }
                group.addTask { await self.watchLeases() }
            }
            for endpoint in self.endpoints.all { if let refusal = endpoint.refusal { throw refusal } }
        } onCancel: {
            self.stop()
        }
    }

    private func keepConnected(_ index: Int, _ role: RedisChannelHandler.Role) async {
        // The broker is also stopped here, since the order in which nested handlers are called is not defined.
        await self.endpoints.all[index].keepConnected(role) { self.stop() }
    }

    private func keepConnected(_ index: Int, sentinel: Int) async {
        await self.endpoints.all[index].sentinels[sentinel].keepConnected { self.stop() }
    }

    private func watchLeases() async { await self.sweeper.run() }

    /// Closes all connections; losses are not reported any more.
    private nonisolated func stop() {
        self.eventLoop.execute {
            self.assumeIsolated {
                for endpoint in $0.endpoints.all { endpoint.stop() }
                $0.rooms.stop()
            }
        }
    }

    // MARK: Events

    private func handle(_ event: RedisEndpoint.Event, at id: RedisEndpoint.ID) {
        guard let endpoint = self.endpoints.all.first(where: { $0.id == id }) else { return }
        switch event {
        case .began(let isAnotherRun):
            self.sweeper.beginAnew()
            guard isAnotherRun else { return }
            self.leases.doubt()
            self.watch.lookAtAll()
            self.outlets.tellAttached(.presenceIsDoubtful)
        case .mayCompare: self.rooms.compareAll(at: endpoint)
        case .mayHear:
            self.sweeper.compareHolders()
            self.doubtRulings()
        case .changed(let status, let detail): self.outlets.tellAttached(.status(status, detail: detail))
        case .control(let payload): self.handle(ControlMessage(payload))
        case .answered: self.outlets.flush()
        case .heard:
            self.watch.proceed()
            self.outlets.flush()
        }
    }

    private func handle(_ message: ControlMessage?) {
        switch message {
        case .renamed(let user): self.outlets.tellAttached(.renamed(user))
        case .holderEnds(let milliseconds): self.sweeper.holderEnds(after: milliseconds)
        case .roomsLost: self.watch.lookAtAll()
        case .rulings(let news):
            self.rulings.heard(news)
            self.outlets.tellAttached(.rulings(news))
        case nil: break
        }
    }

    /// News of rulings may have been lost.
    private func doubtRulings() { self.outlets.tellAttached(.rulings(.doubtful)) }

    /// Begins to handle deadlines, dead connections, and tasks that are due.
    private func startTicking() {
        self.eventLoop.assumeIsolated().scheduleTask(in: Self.tickInterval) { [weak self] in
            self?.assumeIsolated {
                $0.tick(.now())
                $0.startTicking()
            }
        }
    }

    private func tick(_ now: NIODeadline) {
        for endpoint in self.endpoints.all { endpoint.tick(now) }
        self.rooms.tick(now)
        self.directory.tick(now)
        self.watch.proceed()
        self.sweeper.tick(now)
        self.rulings.tick(now) { [weak self] in self?.assumeIsolated { $0.doubtRulings() } }
    }
}
