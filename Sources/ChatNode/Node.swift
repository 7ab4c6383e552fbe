package import ChatCore
import ChatFleet
import ChatIdentity
import ChatMemory
import ChatRedis
import ChatSystem
import Hummingbird
package import Logging
import NIOCore
package import NIOPosix
import NIOSSL
import ServiceLifecycle

/// One node of the chat: the broker, a shard for each event loop, and the HTTP server, put together and run.
package struct Node: Service {
    /// The name and version of the server.
    package static var serverVersion: String { NodeContext.serverVersion }

    private let configuration: NodeConfiguration
    private let group: MultiThreadedEventLoopGroup
    private let broker: any Broker
    let context: NodeContext
    private let shards: [Shard]
    private let status: StatusBoard?
    private let budget: DescriptorBudget
    private let intake: ConnectionIntake
    private let operatorSite: OperatorSite?
    private let onRunning: @Sendable (Int) async -> Void

    /// Builds a node.
    ///
    /// - Parameters:
    ///   - configuration: The operator's settings.
    ///   - logger: The log.
    ///   - broker: The broker; nil makes the one that the configuration asks for.
    ///   - group: The event loops, which outlive the node; nil makes as many as the configuration asks for.
    ///   - onOperatorListening: Called with the port of the operator's listener, if there is one, when it listens.
    ///   - onRunning: Called with the port when the node listens.
    /// - Throws: The TLS library's error when it cannot be set up for Redis, ``ModerationFile/Damage`` when the rulings
    ///   that were kept cannot be read.
    package init(
        _ configuration: NodeConfiguration,
        logger: Logger,
        broker: (any Broker)? = nil,
        group: MultiThreadedEventLoopGroup? = nil,
        onOperatorListening: @escaping @Sendable (Int) async -> Void = { _ in },
        onRunning: @escaping @Sendable (Int) async -> Void
    ) throws {
        let logger = RequestTrace.telling(logger)
        let group = group ?? MultiThreadedEventLoopGroup(numberOfThreads: configuration.threads)
        var broker = try broker ?? Self.broker(configuration, group, logger)
        if let delays = configuration.testDelays { broker = DelayingBroker(broker, answers: delays) }
        let settings = ReloadableConfiguration(configuration)
        let budget = DescriptorBudget(
            descriptors: DescriptorBudget.raiseDescriptorLimit(),
            threads: configuration.threads,
            kept: configuration.adminListen == nil ? 0 : OperatorSite.connections
        )
        let metrics = MetricsRegistry()
        let costs = CostGuard(configuration.limits, metrics: metrics)
        let context = NodeContext(
            name: configuration.name.text(port: configuration.port),
            settings: settings,
            broker: broker,
            authorizer: Authorizer(configuration.identity, group: group, logger: logger),
            admission: Admission(
                maximum: budget.maximum(settings),
                cost: settings.limits.cost,
                reserve: budget.reserve,
                buffers: costs.buffers,
                refusals: costs.refusals
            ),
            costs: costs,
            metrics: metrics,
            logger: logger,
            flushWindow: configuration.flushWindow
        )
        self.configuration = configuration
        self.group = group
        self.broker = broker
        self.context = context
        let shards = group.makeIterator().enumerated().map { Shard(on: $1, index: $0, node: context) }
        self.shards = shards
        let status = configuration.servesStatus ? StatusBoard(node: context, shards: shards) : nil
        self.status = status
        self.budget = budget
        let board = MetricsBoard(node: context, loops: shards.count)
        // Whoever guesses keys has one number of guesses, wherever they are tried.
        let gate = configuration.moderation.adminKey.map { AdminGate(key: $0) }
        let router = ChatRouter(
            node: context,
            staticFiles: configuration.staticFiles,
            status: status,
            signIn: configuration.signIn,
            crossOrigin: configuration.crossOrigin,
            admin: gate.map { AdminRoutes(node: context, shards: shards, gate: $0) },
            metrics: gate.map { MetricsRoute(board: board, gate: $0) }
        )
        self.operatorSite = configuration.adminListen.map { address in
            OperatorSite(
                address,
                OperatorRouter(node: context, metrics: board).build(),
                shards: shards,
                node: context,
                policy: DoorPolicy(ofOperatorOn: address.host, configuration),
                onListening: onOperatorListening
            )
        }
        self.intake = ConnectionIntake(
            shards: shards,
            policy: DoorPolicy(settings, context.authorizer, configuration),
            tls: settings.tls?.context,
            site: HTTPSite(router: router.build().buildResponder(), logger: ChatRouter.quiet(logger)),
            admission: context.admission,
            proxies: configuration.proxies,
            expectsProxyHeader: configuration.expectsProxyHeader,
            refusals: costs.refusals,
            metrics: metrics,
            logger: logger
        )
        self.onRunning = onRunning
    }

    private static func broker(
        _ configuration: NodeConfiguration,
        _ group: MultiThreadedEventLoopGroup,
        _ logger: Logger
    ) throws -> any Broker {
        let servers = configuration.redisFleet
        guard servers.isEmpty else {
            let names = servers.map(\.name)
            return Fleet(
                try servers.map { server in
                    var redis = Self.redis(configuration, server.url)
                    redis.list = RedisServerList(server.name, among: names)
                    return Fleet.Server(
                        name: server.name,
                        redis: try RedisBroker(configuration: redis, eventLoopGroup: group, logger: logger)
                    )
                },
                logger: logger
            )
        }
        guard let url = configuration.redis else {
            return try Self.memoryBroker(configuration, logger)
        }
        let redis = Self.redis(configuration, url)
        return try RedisBroker(configuration: redis, eventLoopGroup: group, logger: logger)
    }

    private static func redis(_ configuration: NodeConfiguration, _ url: RedisURL) -> RedisConfiguration {
        var redis = RedisConfiguration(url: url)
        redis.sentinelLogIn = configuration.sentinelLogIn
        redis.keyPrefix = configuration.redisPrefix
        redis.limits = configuration.limits
        redis.replicas = configuration.ackReplicas
        redis.lease = configuration.limits.presenceLease
        if let authorities = configuration.redisAuthorities { redis.tls.trustRoots = authorities }
        if let patience = configuration.redisPatience {
            redis.connectTimeout = patience
            redis.liveness.answerTimeout = patience
        }
        return redis
    }

    /// The broker of a chat in memory, with the rulings that an earlier run kept.
    private static func memoryBroker(_ configuration: NodeConfiguration, _ logger: Logger) throws -> MemoryBroker {
        guard let file = configuration.moderation.file.map({ ModerationFile($0) }) else {
            if configuration.moderation.adminKey != nil {
                logger.notice(
                    "bans and other rulings live in memory, as long as this node (--moderation-file keeps them)"
                )
            }
            return MemoryBroker(limits: configuration.limits.log, now: WallClock.now)
        }
        return MemoryBroker(
            limits: configuration.limits.log,
            rulings: try file.read(),
            keepRulings: { rulings throws(BrokerError) in try file.write(rulings) },
            now: WallClock.now
        )
    }

    // MARK: Service

    /// Runs until the surrounding service group shuts down, then closes every connection cleanly.
    ///
    /// It is not ready from the first moment on, and goes on for the delay of the settings. Then services end in the
    /// reverse of this order. First the server ends: it accepts nobody and tells its connections.
    /// Then the shards wait until those have gone, and for work under way. The broker that they need for it ends last.
    package func run() async throws {
        var parts: [any Service] = [
            BrokerService(broker: self.broker), AuthorizerService(authorizer: self.context.authorizer),
            RulingService(desk: self.context.rulings),
        ]
        // It is there until the shards have ended: a node that drains is looked at.
        if let operatorSite { parts.append(operatorSite.service(on: self.group)) }
        parts.append(ShardService(shards: self.shards))
        if let status { parts.append(status) }
        parts.append(self.server)
        let services = ServiceGroup(
            configuration: .init(services: parts.map(NamedService.init), logger: self.context.logger)
        )
        try await withGracefulShutdownHandler {
            try await services.run()
        } onGracefulShutdown: {
            self.context.admission.withdraw()
            self.tellOfEnd()
        }
    }

    private func tellOfEnd() {
        let (delay, count) = (self.configuration.drainDelay, self.connectionCount)
        self.context.logger.notice(
            "going away: not ready from now on, and connections end after the delay",
            metadata: ["delay": "\(delay)", "connections": "\(count)"]
        )
    }

    /// Whether it is shutting down.
    package var isDraining: Bool { self.context.admission.isDraining }

    /// The connections that are open now, whatever they turn out to be.
    package var connectionCount: Int { self.context.admission.count }

    private var server: some Service {
        let onRunning = self.onRunning
        let (context, name) = (self.context, self.configuration.name)
        return Listener(
            address: (self.configuration.host, self.configuration.port),
            socketFile: self.configuration.socketFile,
            group: self.group,
            intake: self.intake,
            drainDelay: self.configuration.drainDelay,
            logger: self.context.logger,
            onRunning: { port in
                context.isCalled(name.text(port: port))
                await onRunning(port)
            }
        )
    }

    // MARK: Other settings

    /// Takes new settings while it runs, and returns when all of its parts have them; nobody is disconnected.
    ///
    /// - Parameter new: The settings; what holds for as long as a node runs stays as it is
    ///   (``ReloadableConfiguration/take(_:)``).
    package func reload(_ new: ReloadableConfiguration) async {
        // Whoever reads the settings again may have changed the keys for tokens as well.
        self.context.authorizer.reload()
        let settings = self.context.take(new)
        self.context.costs.apply(settings.limits)
        self.context.admission.reload(maximum: self.budget.maximum(settings), cost: settings.limits.cost)
        for shard in self.shards { await shard.reload(settings) }
        let policy = DoorPolicy(settings, self.context.authorizer, self.configuration)
        await self.intake.reload(policy, tls: settings.tls?.context)
    }
}

extension DescriptorBudget {
    /// The most connections, by the operator's limit and by the number of descriptors.
    fileprivate func maximum(_ settings: ReloadableConfiguration) -> Int {
        min(settings.maximumConnections ?? .max, self.connections)
    }
}

extension DoorPolicy {
    /// The rules for the operator's listener: there is nothing to open, and a name that leads to this machine by somebody
    /// else's will is not answered.
    fileprivate init(ofOperatorOn host: String, _ configuration: NodeConfiguration) {
        self.init(
            hosts: .standard(listeningOn: host),
            webSockets: nil,
            proxies: TrustedProxies(),
            maximumBody: 0,
            patience: configuration.doorPatience,
            hasEcho: false
        )
    }

    /// The rules of a node.
    fileprivate init(
        _ settings: ReloadableConfiguration,
        _ authorizer: Authorizer,
        _ configuration: NodeConfiguration
    ) {
        self.init(
            hosts: settings.hosts,
            webSockets: UpgradeCheck(
                origins: settings.origins,
                isSecure: settings.tls != nil,
                deflates: configuration.deflates
            ),
            asksForTokens: authorizer.asksForTokens,
            proxies: configuration.proxies,
            maximumBody: settings.limits.messageBytes,
            patience: configuration.doorPatience,
            hasEcho: configuration.hasEcho
        )
    }
}

extension Node: CustomStringConvertible {
    /// A program that embeds a node gives it to the lifecycle library as it is, which logs it (``NamedService``).
    package var description: String { "Node" }
}

/// The broker as a service: it works until everything that needs it has ended.
private struct BrokerService: Service {
    let broker: any Broker

    func run() async throws {
        try? await cancelWhenGracefulShutdown { try await self.broker.run() }
    }
}

/// The upkeep of keys for tokens as a service: until the last client has gone.
private struct AuthorizerService: Service {
    let authorizer: Authorizer

    func run() async throws {
        await cancelWhenGracefulShutdown { await self.authorizer.run() }
        // A service that has nothing to do must not end the node.
        try? await gracefulShutdown()
    }
}

/// The rulings as a service.
private struct RulingService: Service {
    let desk: RulingDesk

    func run() async throws { await cancelWhenGracefulShutdown { await self.desk.run() } }
}

/// The shards as a service.
private struct ShardService: Service {
    let shards: [Shard]

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for shard in self.shards { group.addTask { await shard.run() } }
            }
        }
    }
}
