import ChatCore
import ChatRedis
import Foundation
import Logging
import NIOSSL

/// Everything that an operator can set, read and checked.
struct ServerConfiguration: Sendable {
    var host: String
    var port: Int
    /// The Redis that joins the nodes; nil keeps the chat in memory.
    var redis: RedisURL?
    var redisPrefix: String
    /// Who may have signed the certificate of Redis; nil: whom the system trusts.
    var redisAuthorities: NIOSSLTrustRoots?
    /// How many replicas of Redis must have a message before its sender is told that it is stored.
    var ackReplicas: Int
    /// What the operator should know about how settings were given.
    var warnings: [String] = []
    var node: NodeName
    var staticFiles: String
    var threads: Int
    /// The longest time that a busy room holds messages to send them together; zero sends each at once.
    var flushWindow: Duration
    var origins: OriginPolicy
    var hosts: HostPolicy
    var logLevel: Logger.Level
    var logFormat: LogFormat
    var limits: Limits
    var maximumConnections: Int?
    var maximumConnectionsPerAddress: Int?
    /// Whether `GET /api/status` tells what the node does.
    var servesStatus: Bool
    /// Opens `/echo`, which sends back every message: for conformance tests.
    var hasEcho = false
    /// Makes the node late with everything, as a number draws it: for tests that must not pass by luck.
    var testDelays: DelayedAnswers?

    enum LogFormat: String, Sendable { case text, json }

    /// Reads the settings.
    ///
    /// - Throws: ``SettingError`` for the first one that cannot be used.
    init(_ settings: Settings) throws(SettingError) {
        self.host = Self.host(settings.string("host") ?? "127.0.0.1")
        self.port = try settings.int("port", default: 8080, 0...65535)
        self.redisPrefix = settings.string("redis-prefix") ?? "chat:"
        self.ackReplicas = try settings.int("ack-replicas", default: 0, 0...100)
        self.staticFiles = settings.string("static") ?? "static"
        self.threads = try settings.int("threads", default: ProcessInfo.processInfo.activeProcessorCount, 1...1024)
        self.flushWindow = .milliseconds(try settings.int("flush-window", default: 5, 0...1000))
        self.node = settings.string("node").map { .given($0) } ?? .hostAndPort
        self.origins = try settings.choice("origins", default: .sameHost, "same, * or origins") { OriginPolicy($0) }
        self.hosts = try settings.choice(
            "hosts",
            default: .standard(listeningOn: self.host),
            "local, * or names of hosts, without ports"
        ) { HostPolicy($0) }
        self.logLevel = try settings.choice("log-level", default: .info, "a level of logging") {
            Logger.Level(rawValue: $0)
        }
        self.logFormat = try settings.choice("log-format", default: .text, "text or json") { LogFormat(rawValue: $0) }
        self.servesStatus = try settings.choice("status", default: true, "on or off") {
            ["on": true, "off": false][$0]
        }
        self.limits = try Limits(settings)
        if settings.string("test-delays") != nil {
            let seed = try settings.int("test-delays", default: 0, 0...(.max))
            self.testDelays = DelayedAnswers(seed: UInt64(seed))
            self.warnings.append("answers are late on purpose (CHAT_TEST_DELAYS)")
        }
        let connections = try settings.int("limits.connections", default: 0, 0...(.max))
        let perAddress = try settings.int("limits.connections-per-address", default: 1000, 0...(.max))
        self.maximumConnections = connections > 0 ? connections : nil
        self.maximumConnectionsPerAddress = perAddress > 0 ? perAddress : nil
        if try settings.bool("unlimited") {
            self.limits.sends = nil
            self.limits.commands = nil
            self.maximumConnectionsPerAddress = nil
        }
        try self.readRedis(settings)
    }

    private mutating func readRedis(_ settings: Settings) throws(SettingError) {
        guard let text = settings.string("redis") ?? settings.variable("REDIS_URL") else {
            guard self.ackReplicas == 0 else {
                throw SettingError("\(Settings.names("ack-replicas")): it needs a Redis, \(Settings.names("redis"))")
            }
            return
        }
        let url: RedisURL
        do { url = try RedisURL(text) } catch { throw SettingError("\(Settings.names("redis")): \(error)") }
        self.redis = url
        if let file = settings.string("redis-password-file") {
            guard let password = try? String(contentsOfFile: file, encoding: .utf8) else {
                throw SettingError("\(Settings.names("redis-password-file")): the file cannot be read")
            }
            self.redis?.password = RedisURL.Password(password.trimmingCharacters(in: .newlines))
        }
        guard self.redis?.user == nil || self.redis?.password != nil else {
            throw SettingError(
                "\(Settings.names("redis")): a user needs a password, in the URL or by "
                    + Settings.names("redis-password-file")
            )
        }
        self.redisAuthorities = try Self.authorities(settings, usesTLS: url.usesTLS)
    }

    /// Whose certificates are trusted: those of `--redis-ca`, or of the variables that OpenSSL reads as well.
    private static func authorities(
        _ settings: Settings,
        usesTLS: Bool
    ) throws(SettingError) -> NIOSSLTrustRoots? {
        let setting = settings.string("redis-ca")
        guard usesTLS else {
            guard setting == nil else {
                throw SettingError("\(Settings.names("redis-ca")): it is for a Redis with TLS, rediss://")
            }
            return nil
        }
        if let file = setting ?? settings.variable("SSL_CERT_FILE") {
            guard let certificates = try? NIOSSLCertificate.fromPEMFile(file), !certificates.isEmpty else {
                let name = setting == nil ? "SSL_CERT_FILE" : Settings.names("redis-ca")
                throw SettingError("\(name): the file cannot be read, or has no certificate in PEM form")
            }
            return .certificates(certificates)
        }
        // OpenSSL takes a list of folders; the first one that there is will do.
        let folders = settings.variable("SSL_CERT_DIR")?.split(separator: ":").map(String.init) ?? []
        return folders.first { FileManager.default.fileExists(atPath: $0) }.map { .file($0) }
    }

    /// An address as sockets want it: without the brackets of a URL, and `*` as the one that stands for all.
    private static func host(_ text: String) -> String {
        if text == "*" { return SystemResources.anyAddress }
        guard text.hasPrefix("["), text.hasSuffix("]") else { return text }
        return String(text.dropFirst().dropLast())
    }

    /// What would be used, for an operator; without secrets.
    var summary: String {
        """
        listen      \(self.host):\(self.port), \(self.threads) event loops
        node        \(self.node.text(port: self.port))
        broker      \(self.redis.map(\.description) ?? "in memory")
        page        \(self.staticFiles)
        log         \(self.logLevel), as \(self.logFormat)
        """
    }
}

extension Limits {
    /// Reads the limits, each of them the protocol's unless it is set.
    fileprivate init(_ settings: Settings) throws(SettingError) {
        self.init()
        func int(_ key: String, _ value: Int, _ range: ClosedRange<Int> = 1...(1 << 30)) throws(SettingError) -> Int {
            try settings.int("limits." + key, default: value, range)
        }
        func seconds(_ key: String, _ value: Duration) throws(SettingError) -> Duration {
            .seconds(try int(key, Int(value.inSeconds), 1...(100 * 365 * 86400)))
        }
        self.textBytes = try int("text-bytes", self.textBytes)
        self.messageBytes = try int("message-bytes", self.messageBytes, 1024...(1 << 30))
        self.rooms = try int("rooms-per-connection", self.rooms)
        self.history = try int("history", self.history)
        self.members = try int("members", self.members)
        self.outboundBytes = try int("outbound-bytes", self.outboundBytes, 4096...(1 << 30))
        self.sends = Rate(burst: try int("send-burst", 20), perSecond: try int("send-rate", 10))
        self.commands = Rate(burst: try int("command-burst", 100), perSecond: try int("command-rate", 50))
        self.pingInterval = try seconds("ping-seconds", self.pingInterval)
        self.pongTimeout = try seconds("pong-seconds", self.pongTimeout)
        self.stallTimeout = try seconds("stall-seconds", self.stallTimeout)
        self.closeTimeout = try seconds("close-seconds", self.closeTimeout)
        self.presenceGrace = try seconds("presence-seconds", self.presenceGrace)
        self.presenceLease = try seconds("lease-seconds", self.presenceLease)
        self.log.messages = try int("log-messages", self.log.messages)
        self.log.retention = try seconds("log-seconds", self.log.retention)
        self.log.deduplication = try seconds("dedup-seconds", self.log.deduplication)
        self.log.sessions = .seconds(try int("session-days", 30, 1...36500) * 86400)
    }
}
