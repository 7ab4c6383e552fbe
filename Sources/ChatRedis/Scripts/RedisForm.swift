/// The form of a Redis, which decides how a room is published.
enum RedisForm: Equatable {
    /// One server has all data, alone or with replicas.
    case server
    /// Each of several servers has some of the slots.
    ///
    /// A sharded channel is published at the server of its slot alone; servers before version 7 have only channels that
    /// are published at all of them.
    case cluster(isSharded: Bool)

    var isCluster: Bool { self != .server }

    /// The command that publishes in a room.
    var publish: String { self == .cluster(isSharded: true) ? "SPUBLISH" : "PUBLISH" }
}
