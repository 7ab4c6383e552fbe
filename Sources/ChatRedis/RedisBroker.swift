internal import ChatCore
internal import ChatSystem
package import Logging
package import NIOCore

/// The broker on Redis: rooms are shared by all nodes that use the same Redis and the same prefix.
///
/// One connection carries commands, pipelined; another one carries what is published; a third one carries messages to be
/// stored when replicas must confirm them, since that holds it up. The broker is an actor on the event loop of all, so
/// that nothing changes threads between a socket and what belongs to it. All decisions are made by machines without input or output: ``CommandPipeline``, ``SubscriptionTable``, ``RedisConnectionMachine`` and, for
/// each room, ``RoomFeed``.
///
/// The broker's promises are on ``Broker``. What it cannot promise is what Redis does not: a message is stored as safely
/// as Redis is told to store it. A log that lost something is noticed, and begins anew with another epoch.
package final actor RedisBroker: Broker {
    package nonisolated let kind = "redis"

    /// The loop that the broker and both of its connections are on.
    package nonisolated let eventLoop: any EventLoop
    private nonisolated let executor: any SerialExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    let configuration: Configuration
    nonisolated let keys: RedisKeys
    let logger: Logger
    let connector: RedisConnector
    let scripts: RedisScriptSet
    /// Tells this run of this node from all others.
    let incarnation: String
    /// What nobody but this node knows: what keyrings are made of.
    let secret: String

    let commands: CommandLink
    /// What stores messages and follows the log goes over this one, so that nothing is stored over a connection that has
    /// not been found to lead to the log that was followed: ``commands``, or one of its own.
    let logLink: CommandLink
    let subscriptions: SubscriptionLink
    var channels: [ChannelName: RoomSubscription] = [:]
    var outlets: [ObjectIdentifier: SubscriberOutlet] = [:]
    var unflushed: [SubscriberOutlet] = []
    var attached: [SubscriberOutlet] = []

    var commits: CommitGate<Commit>
    var status = Status.starting
    /// The connections that stand, or are being made.
    var handlers: [RedisChannelHandler.Role: RedisChannelHandler] = [:]
    var backoffs: [RedisChannelHandler.Role: Backoff] = [:]
    var probes: [ByteString: Waiter<Void>] = [:]
    var outages = OutageReasons()
    var drops = DropAccount()
    /// Who Redis is, as each connection was told.
    var introductions: [RedisChannelHandler.Role: RedisIntroduction] = [:]
    /// The run of Redis that commands went to last; nil: none did.
    var knownRun: String?
    var hearing = HearingWatch(now: .now())
    var legacyNodes = LegacyNodes.present
    /// Why this server cannot use the data that it found when it began.
    var refusal: BrokerError?
    var warnedPolicy: String?
    var index = RoomIndex(now: .now())
    /// What the rooms of the node are due for.
    var roomTasks = PacedQueue<RoomTask, NIODeadline>(window: looksAtOnce)
    /// Rooms that nobody on this node wants any more, for a while.
    var lingering = DueQueue<RoomSubscription, NIODeadline>()
    /// Rooms whose logs have not been compared yet with what was followed, since the connection was made.
    var unverified: [RoomSubscription] = []
    var holdings = HolderRooms()
    var watch: LeaseWatch
    /// Who was found in which rooms since the table of leases was read last.
    var foundHolders: [String: Set<RoomName>] = [:]
    /// Who stood there and was not dead.
    var knownHolders: Set<String> = []
    /// When the holders of all rooms were last to be compared with the table.
    var holdersDoubted = NIODeadline.now()
    /// When all rooms were looked at last, out of turn; nil: never.
    var lookedAtAll: NIODeadline?
    var clock = RedisClock(time: WallClock.now(), at: .now())
    /// Whether ``clock`` is Redis' clock; until then it is the node's.
    var clockIsKnown = false
    var nextLook = NIODeadline.now()
    var hintedLook: NIODeadline?
    var isRegularLook = false
    /// Wakes whoever looks at the leases.
    let lookSignals: AsyncStream<Void>
    let lookSignal: AsyncStream<Void>.Continuation
    var addresses: RoomAddressBook
    /// What was dropped or lost since the start.
    package internal(set) var counters = Counters()
    private var epochs = EpochSource()
    private var random = SystemRandomNumberGenerator()

    /// Makes a broker; it works once ``run()`` is called.
    ///
    /// - Parameters:
    ///   - configuration: Where Redis is and how to work with it.
    ///   - eventLoopGroup: Where the broker takes its event loop from.
    ///   - logger: Told of connections that come and go.
    /// - Throws: An error when TLS cannot be set up.
    package init(configuration: Configuration, eventLoopGroup: any EventLoopGroup, logger: Logger) throws {
        let eventLoop = eventLoopGroup.next()
        var random = SystemRandomNumberGenerator()
        self.eventLoop = eventLoop
        self.executor = eventLoop.executor
        self.configuration = configuration
        self.keys = RedisKeys(prefix: configuration.keyPrefix, database: configuration.url.database)
        self.addresses = RoomAddressBook(self.keys)
        self.logger = logger
        self.connector = try RedisConnector(
            configuration.url,
            tls: configuration.tls,
            timeout: configuration.connectTimeout
        )
        self.scripts = RedisScriptSet(log: configuration.limits.log)
        self.incarnation = Base36.random(digits: 16, using: &random)
        self.secret = Base36.random(digits: 24, using: &random)
        self.watch = LeaseWatch(lease: Int(configuration.lease.inMilliseconds))
        (self.lookSignals, self.lookSignal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.commands = CommandLink(scripts: self.scripts, configuration)
        self.logLink =
            configuration.replicas > 0 ? CommandLink(scripts: self.scripts, configuration) : self.commands
        self.commits = CommitGate(limit: configuration.pendingLimit / 2)
        self.subscriptions = SubscriptionLink(
            on: eventLoop,
            configuration.liveness,
            first: ChannelName(self.keys.layoutChannel)
        )
        eventLoop.execute { [weak self] in self?.assumeIsolated { $0.begin() } }
    }

    private func begin() {
        // The first one tells nodes of this layout from all others: whoever counts them must not find it last.
        self.subscriptions.subscribe(ChannelName(self.keys.layoutChannel))
        self.subscriptions.subscribe(ChannelName(self.keys.control))
        self.subscriptions.subscribe(self.nodeChannel)
        self.startTicking()
    }

    // MARK: Requests

    /// Sends a request and waits for the answer, for a bounded time.
    func perform(_ request: RedisRequest) async throws(BrokerError) -> RedisReply {
        try await withCheckedContinuation { (continuation: CheckedContinuation<RedisResult, Never>) in
            var request = request
            request.completion = { continuation.resume(returning: $0) }
            self.commands.submit(request)
        }.get()
    }

    /// Sends requests together, in order, and waits for all answers.
    func performAll(_ requests: [RedisRequest]) async -> [RedisResult] {
        guard !requests.isEmpty else { return [] }
        return await withCheckedContinuation { continuation in
            let gathering = Gathering(requests.count) { continuation.resume(returning: $0) }
            gathering.submit(requests, to: self.commands)
        }
    }

    /// A candidate for a room that has no epoch.
    func newEpoch() -> String { self.epochs.next() }

    func newNonce() -> String { Base36.random(digits: 16, using: &self.random) }
}

typealias RedisResult = Result<RedisReply, BrokerError>

/// Waits for the last of several answers.
final class Gathering {
    private var results: [RedisResult]
    private var missing: Int
    private let completion: ([RedisResult]) -> Void

    init(_ count: Int, completion: @escaping ([RedisResult]) -> Void) {
        self.results = Array(repeating: .failure(.isAway), count: count)
        self.missing = count
        self.completion = completion
    }

    /// Sends all of the requests, in order.
    func submit(_ requests: [RedisRequest], to link: CommandLink) {
        for (index, request) in requests.enumerated() {
            var request = request
            request.completion = { self.complete(index, $0) }
            link.submit(request)
        }
    }

    private func complete(_ index: Int, _ result: RedisResult) {
        self.results[index] = result
        self.missing -= 1
        if self.missing == 0 { self.completion(self.results) }
    }
}
