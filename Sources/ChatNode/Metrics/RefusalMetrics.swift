import CoreMetrics

/// The limits that refuse something (docs/LIMITS.md), by the names under which it is counted; they never change.
enum LimitName: String, CaseIterable, Sendable {
    case connections
    case connectionsPerAddress = "connections_per_address"
    case pendingPerAddress = "pending_per_address"
    case openingsPerAddress = "openings_per_address"
    case openings
    case sessionsPerAddress = "sessions_per_address"
    case joinsPerAddress = "joins_per_address"
    case joinsWaiting = "joins_waiting"
    case newRoomsPerAddress = "new_rooms_per_address"
    case sendsPerUser = "sends_per_user"
    case sendsPerAddress = "sends_per_address"
    case sendsPerRoom = "sends_per_room"
    case typingPerAddress = "typing_per_address"
    case renamesPerUser = "renames_per_user"
    case renamesPerAddress = "renames_per_address"
    case replayBytesPerAddress = "replay_bytes_per_address"
    case requestsPerAddress = "requests_per_address"
    case requestsUnderWay = "requests_under_way"
    case roomsPerNode = "rooms_per_node"
    case membersPerRoom = "members_per_room"
    case bufferedBytes = "buffered_bytes"
    case proxyHeader = "proxy_header"
}

/// Counts what limits refuse.
struct RefusalMetrics: Sendable {
    /// The dimension that has the name of the limit.
    static let dimension = "limit"

    private let counters: [LimitName: Counter]

    init(of registry: MetricsRegistry) {
        self.counters = Dictionary(
            uniqueKeysWithValues: LimitName.allCases.map { name in
                let dimensions = [(Self.dimension, name.rawValue)]
                return (name, Counter(.refused, dimensions, of: registry))
            }
        )
    }

    /// A limit has refused something.
    func count(_ name: LimitName) { self.counters[name]?.increment() }
}
