import ChatCore
import ChatIdentity
import ChatSystem
import Logging
import Synchronization

/// The things that all shards of a node share.
///
/// Two of them change, under a lock: the name, which is known later than the rest if the system chooses the port, and the
/// settings that are reloaded. A shard has its own copy of those.
final class NodeContext: Sendable {
    /// The name and version of the server.
    static let serverVersion = "ChatServer/\(Release.version)"

    /// The node's name, as clients see it.
    var name: String { self.currentName.withLock { $0 } }
    private let currentName: Mutex<String>
    /// The node's name before it had a port: leases keep this name, whatever clients see.
    private let firstName: String
    /// Different for every run of the same node.
    let incarnation: String
    /// The settings that may change, for users without a shard.
    var settings: ReloadableConfiguration { self.currentSettings.withLock { $0 } }
    private let currentSettings: Mutex<ReloadableConfiguration>
    /// The limits of now.
    var limits: Limits { self.currentSettings.withLock { $0.limits } }
    /// The broker's promises, part by part: each user gets only the part that it needs.
    let messages: any MessageLog
    let presence: any PresenceRegistry
    let sessions: any SessionStore
    let control: any BrokerControl
    /// Says who clients are and what they may do.
    let authorizer: Authorizer
    let logs: ReplayPages
    let roomLists: RoomListReader
    let memberLists: SharedPages<MemberListKey, MemberPage>
    let histories: SharedPages<HistoryKey, LogPage>
    let rulings: RulingDesk
    let costs: CostGuard
    let budgets: BudgetReports
    let occupancy = Occupancy()
    let admission: Admission
    let metrics: MetricsRegistry
    /// Messages over HTTP are counted separately from the shards.
    let postMetrics: ShardMetrics
    let logger: Logger
    /// The longest time that a busy room holds messages to send them together.
    let flushWindow: Duration

    init(
        name: String,
        settings: ReloadableConfiguration,
        broker: any Broker,
        authorizer: Authorizer,
        admission: Admission,
        costs: CostGuard,
        metrics: MetricsRegistry,
        logger: Logger,
        flushWindow: Duration
    ) {
        var generator = SystemRandom()
        self.currentName = Mutex(name)
        self.firstName = name
        self.incarnation = Base36.random(digits: 10, using: &generator)
        self.currentSettings = Mutex(settings)
        (self.messages, self.presence, self.sessions, self.control) = (broker, broker, broker, broker)
        self.authorizer = authorizer
        self.logs = ReplayPages(start: .now) { room, start, limit async throws(BrokerError) in
            try await broker.log(room, after: start, limit: limit)
        }
        self.roomLists = RoomListReader { cursor, limit async throws(BrokerError) in
            try await broker.rooms(after: cursor, limit: limit)
        }
        self.memberLists = SharedPages { key async throws(BrokerError) in
            try await broker.members(key.room, cursor: key.cursor, limit: key.limit)
        }
        self.histories = SharedPages { key async throws(BrokerError) in
            try await broker.log(key.room, before: key.before, limit: key.limit)
        }
        self.costs = costs
        self.budgets = BudgetReports(ledger: broker, limiters: [costs.sends, costs.renames])
        self.admission = admission
        self.metrics = metrics
        self.postMetrics = ShardMetrics(shard: "http", of: self.metrics)
        self.logger = logger
        self.rulings = RulingDesk(store: broker, control: broker, messages: broker, logger: logger)
        self.flushWindow = flushWindow
    }

    /// The node listens, and its port is known.
    func isCalled(_ name: String) { self.currentName.withLock { $0 = name } }

    /// Takes reloaded settings.
    ///
    /// - Returns: The settings that hold from now on.
    func take(_ new: ReloadableConfiguration) -> ReloadableConfiguration {
        self.currentSettings.withLock { settings in
            settings.take(new)
            return settings
        }
    }

    func holder(shard: Int) -> HolderID { HolderID(node: self.firstName, incarnation: self.incarnation, shard: shard) }
}
