internal import ChatCore

/// Which Redis server has what: the one place that knows how many there are.
///
/// With one server, all of it is there. A Cluster has a table of slots in place of this constant, keyed by the hash tag
/// of a room's keys (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/); those who ask stay as
/// they are.
struct EndpointMap {
    private let only: RedisEndpoint

    init(_ only: RedisEndpoint) { self.only = only }

    /// All servers.
    var all: [RedisEndpoint] { [self.only] }

    /// Whether all servers can be worked with.
    var isActive: Bool { self.only.isActive }

    /// The server that has a room's keys and its channel.
    func endpoint(of room: RoomName) -> RedisEndpoint { self.only }

    /// The server that has a session.
    func endpoint(ofSession hash: String) -> RedisEndpoint { self.only }

    /// The server that has what belongs to no room: the table of leases, the index of rooms, the channel of all nodes.
    var common: RedisEndpoint { self.only }
}
