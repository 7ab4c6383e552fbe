internal import ChatCore

/// Maps data to Redis servers: the one place that knows how many servers there are.
///
/// With one server, all data are there. A Cluster needs a table of slots in place of this constant, keyed by the hash
/// tag of a room's keys (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/); the callers stay
/// the same.
struct EndpointMap {
    private let only: RedisEndpoint

    init(_ only: RedisEndpoint) { self.only = only }

    /// All servers.
    var all: [RedisEndpoint] { [self.only] }

    /// Whether all servers are usable.
    var isActive: Bool { self.only.isActive }

    /// The server that has a room's keys and its channel.
    func endpoint(of room: RoomName) -> RedisEndpoint { self.only }

    /// The server that has a session.
    func endpoint(ofSession hash: String) -> RedisEndpoint { self.only }

    /// The server with the data that belong to no room: the table of leases, the index of rooms, the channel of all
    /// nodes.
    var common: RedisEndpoint { self.only }
}
