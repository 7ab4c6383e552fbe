package import ChatCore
package import ChatIdentity
package import ChatRedis
import Foundation
package import NIOSSL

/// The settings of a node; each has the default value that an operator gets.
package struct NodeConfiguration: Sendable {
    package var host = "127.0.0.1"
    /// Zero lets the system choose a free one.
    package var port = 8080
    package var name = NodeName.hostAndPort
    /// The Redis that joins the nodes; nil keeps the chat in memory.
    package var redis: RedisURL?
    /// Several independent servers over which rooms are spread, in place of one; none: there is one, or none.
    package var redisFleet: [RedisServer] = []
    /// Whether there is no Redis.
    package var isInMemory: Bool { self.redis == nil && self.redisFleet.isEmpty }
    /// The log-in at the sentinels that know where Redis is.
    package var sentinelLogIn = RedisLogIn()
    package var redisPrefix = "chat:"
    /// The authorities for the certificate of Redis; nil: those that the system trusts.
    package var redisAuthorities: NIOSSLTrustRoots?
    /// The number of replicas of Redis that must have a message before its sender is told that it is stored.
    package var ackReplicas = 0
    /// The folder of the page.
    package var staticFiles = "static"
    /// The number of event loops, each with a shard of the connections.
    package var threads = ProcessInfo.processInfo.activeProcessorCount
    /// The longest time that a busy room holds messages to send them together; zero sends them with the turn of the loop
    /// that brought them.
    package var flushWindow = Duration.zero
    /// The time for which the node serves as before when it is to end, and says that it is not ready.
    package var drainDelay = Duration.zero
    package var origins = OriginPolicy.sameHost
    /// The pages of other origins that may read what the API answers.
    package var crossOrigin = CrossOriginPolicy.sameOrigin
    package var hosts = HostPolicy.standard(listeningOn: "127.0.0.1")
    package var limits = Limits()
    /// How clients show who they are; as it begins, the server is open to everybody.
    package var identity = IdentityConfiguration()
    package var moderation = ModerationConfiguration()
    /// Whether messages are compressed for clients that offer it (permessage-deflate, RFC 7692).
    package var deflates = false
    /// The most connections; nil: as many as the system's descriptors allow.
    package var maximumConnections: Int?
    /// The certificate that connections are encrypted with; nil: they are not.
    package var tls: ServerTLS?
    /// The proxies that say where their clients come from.
    package var proxies = TrustedProxies()
    /// Whether they begin each connection with a header of the PROXY protocol.
    package var expectsProxyHeader = false
    /// The listener for the operator alone, which serves `GET /metrics`; nil: there is none.
    package var adminListen: ListenAddress?
    /// The Unix domain socket on which the node listens besides; nil: none.
    package var socketFile: SocketFile?
    /// Whether `GET /api/status` is served.
    package var servesStatus = true
    /// Where the page gets tokens.
    package var signIn = SignIn()
    /// The time that Redis has for a connection, and for an answer; nil: as much as the broker gives it.
    package var redisPatience: Duration?
    /// The times that a peer has before it is a client.
    package var doorPatience = DoorPatience()
    /// Opens `/echo`, which sends back every message: for conformance tests.
    package var hasEcho = false
    /// Delays everything that the node does, by times drawn from this seed: for tests that must not pass by luck.
    package var testDelays: DelayedAnswers?

    package init() {}
}
