internal import ChatCore
internal import Logging
internal import NIOCore

/// One Redis server: its connections, their supervision, its subscriptions, and its health.
///
/// It knows nothing of rooms. Publications go to an ``EndpointListener``, all other news to its owner, as an ``Event``.
/// It belongs to the broker and is used on its event loop only.
final class RedisEndpoint {
    let id: ID
    let commands: CommandLink
    /// The link over which messages are stored and logs are compared: ``commands``, or a separate link.
    ///
    /// Nothing is stored over a connection before a comparison shows that it leads to the logs that this node followed.
    let logLink: CommandLink
    /// Waits for replicas to confirm what is stored; nil: they are not asked.
    let confirmation: ReplicaConfirmation?
    let subscriptions: SubscriptionLink
    let hearing: EndpointHearing
    /// The address of a server of a Cluster; nil: it is none.
    let member: RedisURL.Address?
    var counters = Counters()
    /// The reason why this server cannot use the data that it found at the start.
    private(set) var refusal: BrokerError?

    private let eventLoop: any EventLoop
    /// The address, for the log.
    private let name: String
    private let place: EndpointPlace
    private let connector: RedisConnector
    private let scripts: RedisScriptSet
    /// Whether it is one of several servers.
    private let hasList: Bool
    let keys: RedisKeys
    let logger: Logger
    var health = EndpointHealth()
    private var identity = EndpointIdentity()
    /// The connections that are open or being made.
    private var handlers: [RedisChannelHandler.Role: RedisChannelHandler] = [:]
    /// How many connections were begun, and the number of each.
    private var begun = 0
    /// The connections that were usable once.
    private var wereActive: Set<RedisChannelHandler.Role> = []
    private var backoffs: [RedisChannelHandler.Role: Backoff] = [:]
    private var warnedPolicy: String?
    /// Whether it is of no use any more.
    private var isStopped = false
    var tell: (Event) -> Void = { _ in }
    weak var listener: (any EndpointListener)?

    /// Makes an endpoint that is connected to by ``keepConnected(_:onCancel:)``.
    ///
    /// - Parameters:
    ///   - id: What tells it from others.
    ///   - site: Where it is.
    ///   - connector: Opens its connections.
    ///   - configuration: The settings for Redis.
    ///   - keys: The names of keys and channels.
    ///   - scripts: The scripts that run in Redis.
    ///   - incarnation: Tells this run of the node from all others.
    ///   - eventLoop: The loop of the broker and of all connections.
    ///   - logger: Told of connections that come and go.
    init(
        _ id: ID,
        at site: Site,
        _ connector: RedisConnector,
        _ configuration: RedisConfiguration,
        keys: RedisKeys,
        scripts: RedisScriptSet,
        incarnation: String,
        on eventLoop: any EventLoop,
        logger: Logger
    ) {
        self.id = id
        (self.eventLoop, self.connector, self.scripts, self.keys) = (eventLoop, connector, scripts, keys)
        self.logger = logger
        (self.place, self.member) = (EndpointPlace(site), site.member?.address)
        self.name = self.member.map { "\($0)" } ?? "\(configuration.url)"
        let asksReplicas = configuration.replicas > 0
        self.commands = CommandLink(scripts: scripts, configuration, layout: keys.layout)
        self.logLink =
            asksReplicas ? CommandLink(scripts: scripts, configuration, layout: keys.layout) : self.commands
        self.confirmation = asksReplicas ? ReplicaConfirmation(over: self.logLink, configuration) : nil
        self.hasList = configuration.list != nil
        let first = ChannelName(keys.layoutChannel)
        let isSharded = scripts.form == .cluster(isSharded: true)
        self.subscriptions = SubscriptionLink(
            on: eventLoop,
            configuration.liveness,
            first: first,
            ordinary: isSharded ? [first, ChannelName(keys.control)] : nil
        )
        self.hearing = EndpointHearing(
            over: self.commands,
            self.subscriptions,
            keys: keys,
            incarnation: incarnation,
            slot: site.member?.slot,
            on: eventLoop,
            patience: configuration.patience
        )
    }

    /// Subscribes the channels of every node, and reports events from now on.
    func begin(_ listener: any EndpointListener, _ tell: @escaping (Event) -> Void) {
        (self.listener, self.tell) = (listener, tell)
        self.place.moved = { [weak self] in self?.leave(.isNoPrimary) }
        // The first channel marks nodes of this layout: a node that counts subscribers must not see it last.
        self.subscriptions.subscribe(ChannelName(self.keys.layoutChannel))
        self.subscriptions.subscribe(ChannelName(self.keys.control))
        if self.hasList { self.subscriptions.subscribe(ChannelName(self.keys.listChannel)) }
        self.subscriptions.subscribe(self.hearing.channel)
    }

    /// Whether commands can be sent, and messages stored.
    var isActive: Bool { self.commands.isActive && self.logLink.isActive }

    /// The reason why it is not usable, if that is so and known.
    var reason: BrokerError? { self.health.reason }

    /// Proves by a round trip that a message would be stored and come back.
    func probe() async throws(BrokerError) {
        do {
            try await self.hearing.probe()
        } catch {
            // The reason why there is no connection is more useful than the fact that there is none.
            let isConnectionLost = error.code == .away || error.code == .uncertain
            throw isConnectionLost ? self.health.reason ?? error : error
        }
    }

    // MARK: Connections

    /// The connections that it needs, each kept by ``keepConnected(_:onCancel:)``.
    var roles: [RedisChannelHandler.Role] {
        self.logLink === self.commands ? [.commands, .subscriptions] : [.commands, .log, .subscriptions]
    }

    /// Those by which it is found out where the server is, each kept by ``QuestionLink/keepConnected(onCancel:)``.
    var sentinels: [QuestionLink<SentinelQuestion>] { self.place.sentinels }

    /// Keeps one of the connections until the task is cancelled, or the data turn out to be unusable.
    ///
    /// - Parameters:
    ///   - role: The connection's role.
    ///   - onCancel: Called when the task is cancelled while a connection is open.
    func keepConnected(_ role: RedisChannelHandler.Role, onCancel: @escaping @Sendable () -> Void) async {
        var random = SystemRandom()
        while !Task.isCancelled, self.refusal == nil, !self.isStopped {
            await self.connect(role, onCancel: onCancel)
            guard self.refusal == nil, !self.isStopped else { break }
            let pause = self.backoffs[role, default: self.place.backoff].next(.now(), using: &random)
            try? await Task.sleep(for: pause)
        }
    }

    /// Connects and waits for the end of the connection.
    private func connect(_ role: RedisChannelHandler.Role, onCancel: @escaping @Sendable () -> Void) async {
        do {
            let address = try await self.place.address()
            guard !self.isStopped else { return }
            let channel = try await self.connector.connect(to: address, self.makeHandler(role), on: self.eventLoop)
            await withTaskCancellationHandler {
                try? await channel.closeFuture.get()
            } onCancel: {
                onCancel()
                channel.close(promise: nil)
            }
        } catch {
            self.update(lost: (error as? BrokerError) ?? BrokerError(connection: error))
        }
    }

    private func makeHandler(_ role: RedisChannelHandler.Role) -> RedisChannelHandler {
        let usesTLS = self.connector.usesTLS
        self.begun += 1
        let number = self.begun
        let handler = RedisChannelHandler(role, handshake: self.handshake(role), usesTLS: usesTLS) {
            [weak self] event in
            self?.note(event, of: role, number)
            self?.handle(event, of: role)
        }
        self.handlers[role] = handler
        return handler
    }

    private func handshake(_ role: RedisChannelHandler.Role) -> [RedisCommand] {
        let introduction = self.introduction
        return switch role {
        // A replica accepts all of this except a write. The write comes after the introduction, which recognises an
        // empty Redis by its having no keys.
        case .commands, .log:
            self.connector.logIn + [introduction, RedisCommand("SET", self.hearing.key, "", "EX", "60")]
                + self.scripts.loadCommands
        // Redis refuses PING while it loads its data, and SUBSCRIBE when the user may not use the channels: such a
        // connection does not count. Nothing is published on the node's own channel meanwhile, so each command has one
        // answer.
        case .subscriptions:
            self.connector.logIn + [RedisCommand("PING"), introduction]
                + [self.subscriptions.command(for: self.hearing.channel)]
        }
    }

    private var introduction: RedisCommand {
        guard !self.scripts.form.isCluster else { return RedisCommand("EVAL", ClusterScripts.introduction, "0") }
        return RedisCommand(
            "EVAL",
            ServiceScripts.introduction,
            "1",
            self.keys.layout,
            self.hearing.newNonce(),
            String(RedisKeys.layoutVersion)
        )
    }

    private func handle(_ event: RedisChannelHandler.Event, of role: RedisChannelHandler.Role) {
        switch (role, event) {
        case (.commands, .opened(let replies)): self.opened(self.commands, role, replies)
        case (.log, .opened(let replies)): self.opened(self.logLink, role, replies)
        case (.commands, .replies(let replies)):
            self.commands.received(replies)
            self.tell(.answered)
        case (.log, .replies(let replies)):
            self.logLink.received(replies)
            self.tell(.answered)
        case (.subscriptions, .opened(let replies)):
            guard self.introduce(replies.dropLast().last, on: role), let handler = self.handlers[role] else { return }
            self.subscriptions.opened(handler)
            self.tell(.mayHear)
            self.becameActive(role)
        case (.subscriptions, .pushes(let pushes)): self.received(pushes)
        case (.commands, .closed(let reason)): self.closed(self.commands, role, reason)
        case (.log, .closed(let reason)): self.closed(self.logLink, role, reason)
        case (.subscriptions, .closed(let reason)):
            self.identity.lost(role)
            self.subscriptions.closed()
            self.listener?.subscriptionsLost(at: self)
            self.becameInactive(reason)
        case (.commands, .pushes), (.log, .pushes), (.subscriptions, .replies): break
        }
    }

    /// A connection for commands was established.
    private func opened(_ link: CommandLink, _ role: RedisChannelHandler.Role, _ replies: [RedisReply]) {
        let loaded = replies.suffix(self.scripts.all.count)
        // The answer to the write is between the two.
        guard self.introduce(replies.dropLast(loaded.count + 1).last, on: role), let handler = self.handlers[role]
        else {
            return
        }
        link.opened(handler, loaded: loaded, run: self.identity.run(on: role))
        if link === self.commands {
            self.hearing.say { self.judge(run: $0) }
            self.tell(.began(isAnotherRun: self.identity.begin()))
        }
        self.becameActive(role)
        // Before anything is stored: are these still the data that the node followed?
        if link === self.logLink { self.tell(.mayCompare) }
        link.proceed()
    }

    /// A connection for commands was lost, or could not be made.
    private func closed(_ link: CommandLink, _ role: RedisChannelHandler.Role, _ reason: BrokerError) {
        let wasActive = link.isActive
        self.identity.lost(role)
        link.closed()
        self.becameInactive(reason)
        guard wasActive, reason.code == .leaveServer else { return }
        // The others lead to the same Redis, which may not be the primary any more.
        self.leave(reason)
    }

    /// Leaves the server on all connections, also on those that are still being made.
    private func leave(_ reason: BrokerError) {
        for handler in self.handlers.values { handler.close(reason) }
    }

    /// Closes all connections, even those that are still being made; losses are not reported any more.
    ///
    /// - Parameter givingBack: Whether requests that another server can take are given back.
    func stop(givingBack: Bool = false) {
        self.isStopped = true
        self.health.stop()
        self.place.stop()
        for handler in self.handlers.values { handler.close(.isAway) }
        // Pending requests will get no answer: a Redis that hangs must not delay their callers.
        if givingBack { self.confirmation?.withdrawAll() }
        self.commands.stop(givingBack: givingBack)
        self.logLink.stop(givingBack: givingBack)
        self.hearing.fail(.isAway)
    }

    // MARK: The identity of Redis

    /// A connection was established: it must lead to the same Redis as the others, and to data that this server knows.
    ///
    /// - Returns: Whether it may be used.
    private func introduce(_ reply: RedisReply?, on role: RedisChannelHandler.Role) -> Bool {
        guard let introduction = RedisIntroduction(reply) else {
            self.handlers[role]?.close(.isUnintelligible)
            return false
        }
        guard introduction.layout <= RedisKeys.layoutVersion else {
            let reason = BrokerError.isOfLayout(introduction.layout, known: RedisKeys.layoutVersion)
            self.refusal = self.refusal ?? (self.health.status == .starting ? reason : nil)
            self.handlers[role]?.close(reason)
            return false
        }
        guard self.hasList || !introduction.hasList else {
            self.refusal = self.refusal ?? (self.health.status == .starting ? .isOneOfSeveral : nil)
            // Also those that were made before it became one: nothing would be refused there.
            self.leave(.isOneOfSeveral)
            return false
        }
        guard self.place.admits(introduction) else {
            self.handlers[role]?.close(.isNoPrimary)
            return false
        }
        self.warn(of: introduction.evictionPolicy)
        self.hearing.restart()
        for stray in self.identity.introduced(introduction, on: role) {
            self.counters.stray += 1
            self.logger.warning("a connection leads to another Redis than a newer one, and is made again")
            self.handlers[stray]?.close(.isElsewhere)
        }
        return true
    }

    /// A primary may have been a replica in between while its connections stayed open: all followed logs are compared.
    private func judge(run: String) {
        guard self.identity.isAnother(run) else { return }
        self.counters.stray += 1
        self.logger.warning("Redis has the data of another run than before, and is connected to again")
        self.leave(.isElsewhere)
    }

    private func warn(of policy: String) {
        guard policy != "noeviction", !policy.isEmpty, self.warnedPolicy != policy else { return }
        self.warnedPolicy = policy
        self.logger.warning(
            """
            Redis evicts data when its memory is full: rooms lose members, and messages may be stored twice; \
            set maxmemory-policy to noeviction
            """,
            metadata: ["maxmemory-policy": "\(policy)"]
        )
    }

    // MARK: Time and status

    /// Handles deadlines, and connections that may be dead or bring no publications.
    func tick(_ now: NIODeadline) {
        self.place.tick(now)
        self.commands.tick(now)
        if self.logLink !== self.commands { self.logLink.tick(now) }
        self.confirmation?.tick(now)
        self.subscriptions.tick(now)
        guard self.hearing.isDeaf(now, { self.judge(run: $0) }) else { return }
        self.counters.deaf += 1
        self.logger.warning("nothing that is published arrives: the subscriptions are made again")
        self.subscriptions.close(.isDeaf)
    }

    private func becameActive(_ role: RedisChannelHandler.Role) {
        self.backoffs[role, default: self.place.backoff].opened(.now())
        if !self.wereActive.insert(role).inserted { self.counters.reconnects += 1 }
        self.update(lost: nil)
    }

    private func becameInactive(_ reason: BrokerError) {
        self.counters.lost += 1
        self.update(lost: reason)
    }

    /// Reports, once each, the loss and the return of the endpoint.
    private func update(lost reason: BrokerError?) {
        let isUp = self.isActive && self.subscriptions.isActive
        switch self.health.changed(isUp: isUp, lost: reason, .now()) {
        case .none: break
        case .connected: self.logger.info("connected to Redis", metadata: ["redis": "\(self.name)"])
        case .regained:
            self.logger.notice("Redis is back", metadata: ["redis": "\(self.name)"])
            self.tell(.changed(.ok, detail: "Redis is back"))
        case .lost(let reason, let isLogged):
            if isLogged {
                let metadata: Logger.Metadata = ["redis": "\(self.name)", "reason": "\(reason.reason)"]
                self.logger.warning("Redis is out of reach", metadata: metadata)
            }
            self.tell(.changed(.degraded, detail: reason.reason))
        }
    }
}
