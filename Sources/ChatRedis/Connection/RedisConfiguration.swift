package import ChatCore
package import NIOSSL

/// The settings with which a broker works with Redis.
package struct RedisConfiguration: Sendable {
    /// The address of Redis.
    package var url: RedisURL
    /// The log-in at the sentinels, which is not that at Redis.
    package var sentinelLogIn = RedisLogIn()
    /// The time between two questions to a sentinel, or to a server of a Cluster.
    package var sentinelInterval = Duration.seconds(1)
    /// The prefix of every key and channel.
    package var keyPrefix = "chat:"
    /// The rules for checking the certificate of a `rediss://` server.
    package var tls = TLSConfiguration.makeClientConfiguration()
    /// The protocol's limits: the length of a log, of a text and of a list of members.
    package var limits = Limits()
    /// The time for which a holder's members stay without ``PresenceRegistry/renew(_:)``, which must come three times
    /// as often.
    package var lease = Limits().presenceLease
    /// The longest time for a socket to connect.
    package var connectTimeout = Duration.seconds(3)
    /// The time for which a request waits for a connection to Redis; after that it fails.
    package var patience = Duration.seconds(2)
    /// The times after which a connection counts as dead.
    package var liveness = Liveness()
    /// The most requests that wait for Redis or for its answer.
    package var pendingLimit = 16_384
    /// The most bytes of these requests together.
    package var pendingByteLimit = 32 * 1024 * 1024
    /// The number of replicas that must have a message before its sender is told that it is stored; 0 asks none.
    package var replicas = 0
    /// The longest wait for the replicas.
    package var replicaTimeout = Duration.seconds(1)
    /// The time for which a room may be quiet until its position is compared with the head of its log.
    package var headCheckInterval = Duration.seconds(30)
    /// The time that nodes have after a loss to enter their members again, before leftover entries are removed; nil: as
    /// long as a lease.
    package var mendDelay: Duration?
    /// The time for which a room that nobody on this node wants any more stays subscribed.
    package var linger = Duration.seconds(5)

    /// The place of the server among several independent ones; nil: it has all rooms.
    package var list: RedisServerList?

    package init(url: RedisURL) { self.url = url }

    /// The times that find a connection that looks alive and is dead: it takes at most both together.
    package struct Liveness: Equatable, Sendable {
        /// The time for which a connection may be idle before a ping.
        package var pingInterval = Duration.seconds(4)
        /// The longest time that the oldest request may wait for its answer.
        package var answerTimeout = Duration.seconds(7)

        package init() {}
    }
}
