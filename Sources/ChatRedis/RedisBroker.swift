internal import ChatCore
package import Logging
package import NIOCore

/// The broker on Redis: rooms are shared by all nodes that use the same Redis and the same prefix.
///
/// It is an actor on the event loop of its connections, so that nothing changes threads between a socket and what
/// belongs to it. It decides nothing and keeps nothing: it makes the parts, tells them what happens to the endpoints
/// and that time passes, and does what it promises through them. Which endpoint has a room, ``EndpointMap`` knows.
///
/// The promises are on ``Broker``. What it cannot promise is what Redis does not: a message is stored as safely as
/// Redis is told to store it. A log that lost something is noticed, and gets another epoch.
package final actor RedisBroker: Broker {
    /// What was dropped, or happened, that an operator may want to know.
    package struct Counters: Equatable, Sendable {
        /// Payloads of other programs that were no message.
        package var invalidPayloads = 0
        /// Publications that stand in no log.
        package var unloggedPublications = 0
        /// Connections that were lost.
        package var lostConnections = 0
        /// Connections over which nothing came that was published.
        package var deafConnections = 0
        /// Connections that led to another Redis than a newer one.
        package var strayConnections = 0
        /// Logs that were found to have been rolled back.
        package var rolledBackLogs = 0
    }

    /// How often the broker sees to what depends on time.
    private static let tickInterval = TimeAmount.milliseconds(250)

    package nonisolated let kind = "redis"
    /// The loop that the broker and all of its connections are on.
    package nonisolated let eventLoop: any EventLoop
    private nonisolated let executor: any SerialExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    let configuration: RedisConfiguration
    nonisolated let keys: RedisKeys
    let endpoints: EndpointMap
    let requests: RoomRequests
    let outlets = SubscriberOutlets()
    let rooms: RoomFollower
    let logs: RoomLogs
    let directory: RoomDirectory
    let leases: HolderLeases
    let sweeper: LeaseSweeper
    let watch: RoomWatch
    let members: RoomMembers
    let sessions: RedisSessions

    /// Makes a broker; it works once ``run()`` is called.
    ///
    /// - Parameters:
    ///   - configuration: Where Redis is and how to work with it.
    ///   - eventLoopGroup: Where the broker takes its event loop from.
    ///   - logger: Told of connections that come and go.
    /// - Throws: An error when TLS cannot be set up.
    package init(configuration: RedisConfiguration, eventLoopGroup: any EventLoopGroup, logger: Logger) throws {
        var random = SystemRandom()
        let incarnation = Base36.random(digits: 16, using: &random)
        let eventLoop = eventLoopGroup.next()
        let keys = RedisKeys(prefix: configuration.keyPrefix, database: configuration.url.database)
        let scripts = RedisScriptSet(log: configuration.limits.log)
        let endpoint = try RedisEndpoint(
            configuration,
            keys: keys,
            scripts: scripts,
            incarnation: incarnation,
            on: eventLoop,
            logger: logger
        )
        let endpoints = EndpointMap(endpoint)
        let (requests, clock, agenda) = (RoomRequests(keys: keys), RedisClock(), RoomAgenda())
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
        let table = HolderTable(over: endpoints.common.commands, keys: keys)
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
        self.logs = RoomLogs(endpoints, requests, rooms, directory, configuration)
        self.members = RoomMembers(endpoints, requests, leases, directory, watch)
        self.sessions = RedisSessions(endpoints, keys)
        eventLoop.execute { [weak self] in self?.assumeIsolated { $0.begin() } }
    }

    private func begin() {
        self.rooms.observer = self.watch
        self.leases.tableWasLost = { [weak watch = self.watch, lease = TimeAmount(self.configuration.lease)] in
            // Each holder of the node finds that out by itself.
            watch?.lookAtAll(unlessWithin: lease)
        }
        for endpoint in self.endpoints.all {
            endpoint.begin(self.rooms) { [weak self] event in self?.assumeIsolated { $0.handle(event) } }
        }
        self.startTicking()
    }

    /// What was dropped or lost since the start.
    package var counters: Counters {
        var counters = Counters()
        (counters.invalidPayloads, counters.rolledBackLogs) =
            (self.rooms.counters.invalidPayloads, self.rooms.counters.rolledBackLogs)
        counters.unloggedPublications = self.rooms.counters.unloggedPublications
        for endpoint in self.endpoints.all {
            counters.lostConnections += endpoint.counters.lost
            counters.deafConnections += endpoint.counters.deaf
            counters.strayConnections += endpoint.counters.stray
        }
        return counters
    }

    // MARK: Running

    /// Keeps its connections for as long as it runs; Redis may be absent when it begins.
    ///
    /// - Throws: ``BrokerError`` when the data there are of a newer layout than this server knows.
    package func run() async throws {
        try await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                for (index, endpoint) in self.endpoints.all.enumerated() {
                    for role in endpoint.roles { group.addTask { await self.keepConnected(index, role) } }
                }
                group.addTask { await self.watchLeases() }
            }
            for endpoint in self.endpoints.all { if let refusal = endpoint.refusal { throw refusal } }
        } onCancel: {
            self.stop()
        }
    }

    private func keepConnected(_ index: Int, _ role: RedisChannelHandler.Role) async {
        // The broker is stopped here too, since the order in which nested handlers are called is not known.
        await self.endpoints.all[index].keepConnected(role) { self.stop() }
    }

    private func watchLeases() async { await self.sweeper.run() }

    /// Closes all connections; from now on a loss is not reported.
    private nonisolated func stop() {
        self.eventLoop.execute {
            self.assumeIsolated {
                for endpoint in $0.endpoints.all { endpoint.stop() }
                $0.rooms.stop()
            }
        }
    }

    // MARK: What happens

    private func handle(_ event: RedisEndpoint.Event) {
        switch event {
        case .began(let isAnotherRun):
            self.sweeper.beginAnew()
            guard isAnotherRun else { return }
            self.leases.doubt()
            self.watch.lookAtAll()
            self.outlets.tellAttached(.presenceIsDoubtful)
        case .mayCompare: self.rooms.compareAll()
        case .mayHear: self.sweeper.compareHolders()
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
        case nil: break
        }
    }

    /// Begins to see to deadlines, connections that may be dead, and what is due.
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
        self.logs.tick(now)
        self.rooms.tick(now)
        self.directory.tick(now)
        self.watch.proceed()
        self.sweeper.tick(now)
    }
}
