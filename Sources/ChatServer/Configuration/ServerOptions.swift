import ArgumentParser

/// The command line: every setting as a flag.
///
/// Values are taken as they are written and read in one place (``ServerConfiguration``), so that a wrong one gets the
/// same answer whether it came by flag, environment or file.
struct ServerOptions: ParsableArguments {
    @Option(help: "The address to listen on (127.0.0.1; * for every network).")
    var host: String?
    @Option(help: "The port to listen on (8080; 0 takes a free one).")
    var port: String?
    @Option(
        help: ArgumentHelp(
            "The Redis that joins the nodes: redis://[user:pass@]host:port[/db], rediss://…, unix:/path.",
            discussion: "Without it the chat lives in memory, on this node alone. REDIS_URL is understood as well."
        )
    )
    var redis: String?
    @Option(help: "A file with the password of Redis; better than one in the URL.")
    var redisPasswordFile: String?
    @Option(help: "A PEM file with the authorities that may have signed the certificate of Redis (the system's).")
    var redisCa: String?
    @Option(help: "The prefix of all keys in Redis (chat:).")
    var redisPrefix: String?
    @Option(help: "How many replicas of Redis must have a message before its sender gets its ok (0).")
    var ackReplicas: String?
    @Option(help: "The node's name, as clients see it (the host's name and the port).")
    var node: String?
    @Option(name: .customLong("static"), help: "The folder of the page (static).")
    var staticFiles: String?
    @Option(help: "How many event loops to run (one for each core).")
    var threads: String?
    @Option(
        help: ArgumentHelp(
            "Milliseconds that a busy room may hold messages to send them together (5; 0: never).",
            discussion: "A quiet room, and a server with time to spare, send at once."
        )
    )
    var flushWindow: String?
    @Option(
        help: ArgumentHelp(
            "Pages that may connect: same, *, or origins with commas between (same).",
            discussion: "In an origin, * may stand for the first label of the host: https://*.example.com."
        )
    )
    var origins: String?
    @Option(
        help: ArgumentHelp(
            "Names by which this server is asked: local, *, or names with commas between.",
            discussion: "Addresses always are. The default is local on a loopback address, and * on any other."
        )
    )
    var hosts: String?
    @Option(help: "Whether GET /api/status and /status.html show what the node does: on or off (on).")
    var status: String?
    @Flag(help: "For load tests: no rate limits, no limit of connections from one address.")
    var unlimited = false
    @Option(help: "A JSON file with settings; flags and environment win over it.")
    var config: String?
    @Option(help: "How much to log: trace, debug, info, notice, warning, error, critical (info).")
    var logLevel: String?
    @Option(help: "How to log: text or json (text).")
    var logFormat: String?
    @Flag(help: .hidden)
    var testEcho = false

    @OptionGroup(title: "Limits")
    var limits: LimitOptions

    /// The settings that were given, by key.
    var values: [String: String] { self.all.compactMapValues(\.self) }

    /// The keys of all settings: what a file may have.
    static var keys: Set<String> { ((try? Self.parse([]))?.all.keys).map(Set.init) ?? [] }

    private var all: [String: String?] {
        var values: [String: String?] = [
            "host": self.host, "port": self.port, "redis": self.redis, "redis-password-file": self.redisPasswordFile,
            "redis-ca": self.redisCa, "redis-prefix": self.redisPrefix, "ack-replicas": self.ackReplicas,
            "node": self.node, "static": self.staticFiles, "threads": self.threads,
            "flush-window": self.flushWindow, "origins": self.origins, "hosts": self.hosts, "status": self.status,
            "log-level": self.logLevel, "log-format": self.logFormat,
            "unlimited": self.unlimited ? "true" : nil,
        ]
        values.merge(self.limits.values) { $1 }
        return values
    }
}

/// The limits of the protocol as flags.
struct LimitOptions: ParsableArguments {
    @Option(help: "The most bytes of a text (8192).")
    var textBytes: String?
    @Option(help: "The most bytes of a WebSocket message or an HTTP body (65536).")
    var messageBytes: String?
    @Option(help: "The most rooms of a connection (100).")
    var roomsPerConnection: String?
    @Option(help: "The most messages of a page of history or a join by count (100).")
    var history: String?
    @Option(help: "The most members of a list; a room with more counts as large (200).")
    var members: String?
    @Option(help: "Sends of a user at once (20).")
    var sendBurst: String?
    @Option(help: "Sends of a user each second after that (10).")
    var sendRate: String?
    @Option(help: "Commands of a connection at once (100).")
    var commandBurst: String?
    @Option(help: "Commands of a connection each second after that (50).")
    var commandRate: String?
    @Option(help: "The most bytes that wait for a connection; past it the connection is closed with 4000 (1048576).")
    var outboundBytes: String?
    @Option(help: "Messages that a room's log keeps (1000).")
    var logMessages: String?
    @Option(help: "Seconds that a room's log is kept after its last message (86400).")
    var logSeconds: String?
    @Option(help: "Seconds that a key stands for one message (86400).")
    var dedupSeconds: String?
    @Option(help: "Days that a session is kept after its last use (30).")
    var sessionDays: String?
    @Option(help: "Seconds without anything received until the server pings (25).")
    var pingSeconds: String?
    @Option(help: "Seconds for the answer to a ping (10).")
    var pongSeconds: String?
    @Option(help: "Seconds that a client may take nothing of what waits for it (30).")
    var stallSeconds: String?
    @Option(help: "Seconds that a user stays a member after the last connection has gone (10).")
    var presenceSeconds: String?
    // For tests: a longer one holds up the end of a node, a shorter one loses what is left.
    @Option(help: .hidden)
    var closeSeconds: String?
    // For tests: a shorter one costs Redis more, a longer one leaves ghosts.
    @Option(help: .hidden)
    var leaseSeconds: String?
    @Option(help: "The most connections of this node (0: as many as its descriptors allow).")
    var connections: String?
    @Option(help: "The most connections from one address (1000; 0: no limit).")
    var connectionsPerAddress: String?

    var values: [String: String?] {
        [
            "limits.text-bytes": self.textBytes, "limits.message-bytes": self.messageBytes,
            "limits.rooms-per-connection": self.roomsPerConnection, "limits.history": self.history,
            "limits.members": self.members, "limits.send-burst": self.sendBurst, "limits.send-rate": self.sendRate,
            "limits.command-burst": self.commandBurst, "limits.command-rate": self.commandRate,
            "limits.outbound-bytes": self.outboundBytes, "limits.log-messages": self.logMessages,
            "limits.log-seconds": self.logSeconds, "limits.dedup-seconds": self.dedupSeconds,
            "limits.session-days": self.sessionDays, "limits.ping-seconds": self.pingSeconds,
            "limits.pong-seconds": self.pongSeconds, "limits.stall-seconds": self.stallSeconds,
            "limits.presence-seconds": self.presenceSeconds, "limits.lease-seconds": self.leaseSeconds,
            "limits.close-seconds": self.closeSeconds,
            "limits.connections": self.connections,
            "limits.connections-per-address": self.connectionsPerAddress,
        ]
    }
}
