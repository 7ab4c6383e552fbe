import ChatCore
import ChatNode
import ChatSettings

/// The settings of a node; each has the default of ``NodeConfiguration``.
extension Setting {
    private static let node = NodeConfiguration()

    static let host = Setting(
        "host",
        default: node.host,
        help: "The address to listen on ({default}; * for every network)."
    )
    static let port = Setting(
        "port",
        .integer(0...65535),
        default: "\(node.port)",
        help: "The port to listen on ({default}; 0 takes a free one)."
    )
    static let redis = Setting(
        "redis",
        help: "The Redis that joins the nodes: redis://[user:pass@]host:port[/db], rediss://…, unix:/path.",
        discussion: "redis-sentinel://host:port,host:port/name[/db] asks sentinels where it is, "
            + "redis-cluster://host:port,host:port is a Redis Cluster. "
            + "Several independent servers, given one after the other or with commas between, share the rooms: "
            + "a=redis://…, b=redis://… names them. "
            + "Without any the chat lives in memory, on this node alone. REDIS_URL is understood as well."
    )
    static let redisPasswordFile = Setting(
        "redis-password-file",
        help: "A file with the password of Redis; better than one in the URL."
    )
    static let redisSentinelUser = Setting(
        "redis-sentinel-user",
        help: "The user with which to log in at the sentinels (the default user)."
    )
    static let redisSentinelPasswordFile = Setting(
        "redis-sentinel-password-file",
        help: "A file with the password of the sentinels, which is not that of Redis."
    )
    static let redisCa = Setting(
        "redis-ca",
        help: "A PEM file with the authorities that may have signed the certificate of Redis (the system's)."
    )
    static let redisPrefix = Setting(
        "redis-prefix",
        default: node.redisPrefix,
        help: "The prefix of all keys in Redis ({default})."
    )
    static let ackReplicas = Setting(
        "ack-replicas",
        .integer(0...100),
        default: "\(node.ackReplicas)",
        help: "How many replicas of Redis must have a message before its sender gets its ok ({default})."
    )
    static let nodeName = Setting(
        "node",
        help: "The node's name, as clients see it (the host's name and the port)."
    )
    static let staticFiles = Setting("static", default: node.staticFiles, help: "The folder of the page ({default}).")
    static let threads = Setting(
        "threads",
        .integer(1...1024),
        default: "\(node.threads)",
        help: "How many event loops to run (one for each core)."
    )
    static let flushWindow = Setting(
        "flush-window",
        .integer(0...1000),
        default: "\(Int(node.flushWindow / .milliseconds(1)))",
        help: "Milliseconds that a busy room may hold messages to send them together ({default}: it holds none).",
        discussion: "It saves work where a loop delivers much, and costs latency."
    )
    static let drainDelay = Setting(
        "drain-delay",
        .integer(0...3600),
        default: "\(Int(node.drainDelay / .seconds(1)))",
        help: "Seconds for which the node goes on after SIGTERM, not ready any more ({default}).",
        discussion: "For balancers that send it clients until they have noticed. The shutdown takes that much longer."
    )
    static let origins = Setting(
        "origins",
        default: "same",
        help: "Pages that may connect: same, *, or origins with commas between ({default}).",
        discussion: "In an origin, * may stand for the first label of the host: https://*.example.com."
    )
    static let corsOrigin = Setting(
        "cors-origin",
        help: "An origin whose pages may read the API over HTTP (none); * for all. May be repeated.",
        discussion: "Exactly as a browser sends it, such as https://app.example.com; or several with commas between."
    )
    static let hosts = Setting(
        "hosts",
        help: "Names by which this server is asked: local, *, or names with commas between.",
        discussion: "Addresses always are. The default is local on a loopback address, and * on any other."
    )
    static let trustedProxies = Setting(
        "trusted-proxies",
        help: "Networks and addresses of proxies, with commas between, that say where their clients come from.",
        discussion: "Such as 127.0.0.1,10.0.0.0/8. Without it, all clients of a proxy share its limits."
    )
    static let forwardedField = Setting(
        "forwarded-field",
        .words(["x-forwarded-for", "forwarded"]),
        default: "x-forwarded-for",
        help: "The field by which trusted proxies say it: x-forwarded-for or forwarded ({default})."
    )
    static let proxyProtocol = Setting(
        "proxy-protocol",
        .words(["on", "off"]),
        default: "off",
        help:
            "Whether trusted proxies begin each connection with a header of the PROXY protocol: on or off ({default})."
    )
    static let status = Setting(
        "status",
        .words(["on", "off"]),
        default: "on",
        help: "Whether GET /api/status and /status.html show what the node does: on or off ({default})."
    )
    static let adminListen = Setting(
        "admin-listen",
        help: "An address and a port, or a port of this machine alone, that serve /metrics, /healthz and /readyz.",
        discussion: "No key is asked for there, so strangers must not reach it. Elsewhere /metrics needs the admin key."
    )
    static let listen = Setting(
        "listen",
        help: "A Unix domain socket to listen on beside the port, as unix:PATH, for a proxy on this machine.",
        discussion: "Its peers count as 127.0.0.1, and the rights of its folder say who may connect."
    )
    static let deflate = Setting(
        "deflate",
        .words(["off", "on"]),
        default: "off",
        help: "Whether to compress messages for clients that offer permessage-deflate: off or on ({default}).",
        discussion: "It takes a third to a half off longer messages. A broadcast is compressed once for all members."
    )
    static let unlimited = Setting(
        "unlimited",
        .truth,
        default: "false",
        help: "For load tests: no rate limits, no limit of connections from one address."
    )
    static let coreDumps = Setting(
        "core-dumps",
        .words(["on", "off"]),
        default: "off",
        help: "Whether a crash may leave a core dump with keys, passwords and texts: on or off ({default})."
    )
    static let logLevel = Setting(
        "log-level",
        default: "info",
        help: "How much to log: trace, debug, info, notice, warning, error, critical ({default})."
    )
    static let logFormat = Setting(
        "log-format",
        .words(["text", "json"]),
        default: "text",
        help: "How to log: text or json ({default})."
    )

    /// All of them, ``tls`` and ``limits``.
    static let all =
        [
            host, port, redis, redisPasswordFile, redisSentinelUser, redisSentinelPasswordFile, redisCa, redisPrefix,
            ackReplicas, nodeName, staticFiles, threads, flushWindow, drainDelay, origins, corsOrigin, hosts,
            trustedProxies, forwardedField, proxyProtocol, status, adminListen, listen, deflate, unlimited, coreDumps,
            logLevel,
            logFormat,
        ] + tls + identity + signIn + moderation + limits

    /// A file of settings; it is not a setting itself, since a file cannot name itself.
    static let config = Setting("config", help: "A JSON file with settings; flags and environment win over it.")

    /// The seed for delays of a node: only from the environment, for tests.
    static let testDelays = Setting("test-delays", .integer(0...(.max)), default: "0", help: "", isHidden: true)
}
