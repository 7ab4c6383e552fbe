package import ChatCore
package import Logging
package import NIOCore

/// The broker on Redis: rooms are shared by all nodes that use the same Redis and the same prefix.
///
/// It is an actor on the event loop of its connections, so that nothing changes threads between a socket and its owner.
/// It decides nothing and keeps nothing: it makes the parts, tells them of events at the endpoints and of passing time,
/// and keeps its promises through them. ``RequestRouter`` knows which endpoint has a room.
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
    let router: RequestRouter
    let requests: RoomScriptCalls
    let outlets = SubscriberOutlets()
    let links = KeptLinks()
    let logger: Logger
    var health = ServersHealth()
    /// The counts of servers that are used no more.
    var formerCounters = RedisEndpoint.Counters()
    /// The servers that came after the start, and have not been connected to yet.
    var successors: Set<RedisEndpoint.ID> = []
    let rooms: FollowedRooms
    let logs: RoomLogs
    let directory: RoomDirectory
    let leases: HolderLeases
    let sweeper: LeaseSweeper
    let watch: RoomWatch
    let members: RoomMembers
    let sessions: RedisSessions
    let rulings: RedisRulings
    let budgets: RedisBudgets
    nonisolated let listObservers = ListObservers()

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
        let scripts = RedisScriptSet(log: configuration.limits.log, list: configuration.list)
        let router = try Self.router(configuration, keys, incarnation, on: eventLoop, logger)
        let (requests, clock, agenda) = (RoomScriptCalls(keys: keys, form: router.form), RedisClock(), RoomAgenda())
        let rooms = FollowedRooms(
            router,
            requests,
            handingTo: self.outlets,
            agenda,
            configuration,
            on: eventLoop,
            logger: logger
        )
        let directory = RoomDirectory(router, requests, clock, on: eventLoop)
        let table = HolderTable(router, keys)
        let leases = HolderLeases(table, lease: configuration.lease)
        let sweeper = LeaseSweeper(
            table,
            leases,
            requests,
            router,
            clock,
            lease: configuration.lease,
            incarnation: incarnation,
            logger: logger
        )
        let upkeep = RoomUpkeep(router, keys, agenda, sweeper, directory, roomSeconds: scripts.roomSeconds)
        let watch = RoomWatch(router, requests, rooms, agenda, upkeep, sweeper, configuration, on: eventLoop)
        self.eventLoop = eventLoop
        self.executor = eventLoop.executor
        (self.configuration, self.keys, self.router, self.requests) = (configuration, keys, router, requests)
        (self.rooms, self.directory, self.watch) = (rooms, directory, watch)
        (self.leases, self.sweeper) = (leases, sweeper)
        self.logs = RoomLogs(router, requests, rooms, directory, logger)
        self.members = RoomMembers(router, requests, leases, directory, watch)
        self.sessions = RedisSessions(router, keys)
        self.rulings = RedisRulings(router, keys)
        self.budgets = RedisBudgets(router, keys)
        self.logger = logger
        eventLoop.execute { [weak self] in self?.assumeIsolated { $0.begin() } }
    }

    /// Makes the endpoint of one server, or what finds those of a Cluster.
    private static func router(
        _ configuration: RedisConfiguration,
        _ keys: RedisKeys,
        _ incarnation: String,
        on eventLoop: any EventLoop,
        _ logger: Logger
    ) throws -> RequestRouter {
        let url = configuration.url
        let connector = try RedisConnector(url, tls: configuration.tls, timeout: configuration.connectTimeout)
        func endpoint(_ id: RedisEndpoint.ID, _ site: RedisEndpoint.Site, _ form: RedisForm) -> RedisEndpoint {
            RedisEndpoint(
                id,
                at: site,
                connector,
                configuration,
                keys: keys,
                scripts: RedisScriptSet(log: configuration.limits.log, form: form, list: configuration.list),
                incarnation: incarnation,
                on: eventLoop,
                logger: logger
            )
        }
        let only = RedisEndpoint.ID(number: 0)
        switch url.target {
        case .server(let address): return RequestRouter(endpoint(only, .fixed(address), .server))
        case .primary(let name, let sentinels):
            let finder = try PrimaryFinder(name, sentinels: sentinels, configuration, on: eventLoop, logger: logger)
            return RequestRouter(endpoint(only, .followed(finder), .server))
        case .cluster(let seeds):
            let finder = ClusterFinder(seeds, connector, configuration, keys, on: eventLoop)
            let members = ClusterMembers(on: eventLoop, make: endpoint)
            let router = SlotRouter(members, finder, configuration, on: eventLoop)
            return RequestRouter(router, asksReplicas: configuration.replicas > 0)
        }
    }

    private func begin() {
        self.rooms.observer = self.watch
        self.leases.tableWasLost = { [weak watch = self.watch, lease = TimeAmount(self.configuration.lease)] in
            // Each holder of the node finds this out separately.
            watch?.lookAtAll(unlessWithin: lease)
        }
        if let cluster = self.router.cluster { self.begin(cluster) }
        for endpoint in self.router.all { self.begin(endpoint) }
        self.startTicking()
    }

    /// Begins to use a server.
    func begin(_ endpoint: RedisEndpoint) {
        endpoint.begin(self.rooms) { [weak self, id = endpoint.id] event in
            self?.assumeIsolated { $0.handle(event, at: id) }
        }
        self.links.add(endpoint)
    }

    /// The counts of drops and losses since the start.
    package var counters: BrokerCounts {
        var counters = BrokerCounts()
        (counters.invalidPayloads, counters.rolledBackLogs) =
            (self.rooms.counters.invalidPayloads, self.rooms.counters.rolledBackLogs)
        counters.unloggedPublications = self.rooms.counters.unloggedPublications
        var connections = self.formerCounters
        for endpoint in self.router.all { connections += endpoint.counters }
        (counters.lostConnections, counters.deafConnections) = (connections.lost, connections.deaf)
        (counters.strayConnections, counters.reconnects) = (connections.stray, connections.reconnects)
        counters.unknownErrors = connections.unknownErrors
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
                group.addTask { await self.watchLeases() }
                for await number in self.links.numbers { group.addTask { await self.keepConnected(number) } }
            }
            if let refusal = self.router.refusal { throw refusal }
        } onCancel: {
            self.stop()
        }
    }

    private func keepConnected(_ number: Int) async {
        // The broker is also stopped here, since the order in which nested handlers are called is not defined.
        await self.links.keep(number) { self.stop() }
    }

    private func watchLeases() async { await self.sweeper.run() }

    /// Closes all connections; losses are not reported any more.
    private nonisolated func stop() {
        self.eventLoop.execute {
            self.assumeIsolated {
                $0.router.stop()
                $0.rooms.stop()
            }
        }
    }

    // MARK: Events

    private func handle(_ event: RedisEndpoint.Event, at id: RedisEndpoint.ID) {
        // A server that is used no more still answers.
        guard let endpoint = self.router.all.first(where: { $0.id == id }) else { return self.outlets.flush() }
        switch event {
        case .began(let isAnotherRun):
            if endpoint === self.router.endpoint(of: self.keys.holders) { self.sweeper.beginAnew() }
            let isSuccessor = self.successors.remove(id) != nil
            guard isAnotherRun || isSuccessor else { return }
            self.leases.doubt()
            self.watch.lookAtAll()
            self.outlets.tellAttached(.presenceIsDoubtful(of: .all))
        case .mayCompare: self.rooms.compareAll(at: endpoint)
        case .mayHear: if endpoint === self.home { self.mayHear() }
        case .changed(let status, let detail): self.changed(status, detail, at: endpoint)
        case .redirected(let redirection): self.router.cluster?.learn(redirection, from: endpoint)
        case .control(let payload): if endpoint === self.home { self.handle(ControlMessage(payload)) }
        case .listed: self.listObservers.tell()
        case .answered: self.outlets.flush()
        case .heard:
            self.watch.proceed()
            self.outlets.flush()
        }
    }

    /// Messages between nodes may have been missed.
    func mayHear() {
        self.sweeper.compareHolders()
        self.doubtRulings()
    }

    private func changed(_ status: ServerStatus, _ detail: String, at endpoint: RedisEndpoint) {
        if status != .ok, let member = endpoint.member { self.router.cluster?.finder.lost(member) }
        guard self.health.changed(status, of: endpoint.id) else { return }
        self.outlets.tellAttached(.status(status, detail: detail))
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
        self.router.tick(now)
        self.rooms.tick(now)
        self.directory.tick(now)
        self.watch.proceed()
        self.sweeper.tick(now)
        self.rulings.tick(now) { [weak self] in self?.assumeIsolated { $0.doubtRulings() } }
    }
}
