package import ChatCore
package import NIOSSL

/// How a broker works with Redis.
package struct RedisConfiguration: Sendable {
    /// Where Redis is.
    package var url: RedisURL
    /// Before every key and channel.
    package var keyPrefix = "chat:"
    /// How the certificate of a `rediss://` server is judged.
    package var tls = TLSConfiguration.makeClientConfiguration()
    /// The protocol's limits: how much of a log is kept, how long a text is, how many members a list has.
    package var limits = Limits()
    /// How long a holder's members stay without ``PresenceRegistry/renew(_:)``, which is to come three times as often.
    package var lease = Limits().presenceLease
    /// How long a socket may take to connect.
    package var connectTimeout = Duration.seconds(3)
    /// How long a request waits for a connection to Redis; after that it fails.
    package var patience = Duration.seconds(2)
    /// When a connection counts as dead.
    package var liveness = Liveness()
    /// The most requests that wait for Redis or for its answer.
    package var pendingLimit = 16_384
    /// The most bytes that these have together.
    package var pendingByteLimit = 32 * 1024 * 1024
    /// How many replicas must have a message before its sender is told that it is stored; 0 asks none.
    package var replicas = 0
    /// How long they may take.
    package var replicaTimeout = Duration.seconds(1)
    /// How long a room may be quiet until its position is compared with the head of its log.
    package var headCheckInterval = Duration.seconds(30)
    /// How long nodes have to tell again who their members are, after a loss, before what is left over is taken out;
    /// nil: as long as a lease.
    package var mendDelay: Duration?
    /// How long a room stays subscribed that nobody on this node wants any more.
    package var linger = Duration.seconds(5)

    package init(url: RedisURL) { self.url = url }

    /// How a connection that looks alive and is not gets noticed: both times together are the longest that it takes.
    package struct Liveness: Equatable, Sendable {
        /// How long a connection may be idle before it is asked whether it lives.
        package var pingInterval = Duration.seconds(4)
        /// How long the oldest answer may be owed.
        package var answerTimeout = Duration.seconds(7)

        package init() {}
    }
}
