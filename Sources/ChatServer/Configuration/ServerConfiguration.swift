import ChatCore
import ChatNode
import ChatRedis
import Foundation
import Logging
import NIOSSL

/// Everything that an operator can set, read and checked.
struct ServerConfiguration: Sendable {
    var node = NodeConfiguration()
    var logLevel: Logger.Level
    var logFormat: LogFormat
    /// What the operator should know about how settings were given.
    var warnings: [String] = []

    enum LogFormat: String, Sendable { case text, json }

    /// Reads the settings.
    ///
    /// - Throws: ``SettingError`` for the first one that cannot be used.
    init(_ settings: Settings) throws(SettingError) {
        self.logLevel = try settings.choice("log-level", default: .info, "a level of logging") {
            Logger.Level(rawValue: $0)
        }
        self.logFormat = try settings.choice("log-format", default: .text, "text or json") { LogFormat(rawValue: $0) }
        try self.node.readPlace(settings)
        try self.node.readPolicies(settings)
        try self.node.readLimits(settings)
        try self.node.readRedis(settings)
        if settings.string("test-delays") != nil {
            let seed = try settings.int("test-delays", default: 0, 0...(.max))
            self.node.testDelays = DelayedAnswers(seed: UInt64(seed))
            self.warnings.append("answers are late on purpose (CHAT_TEST_DELAYS)")
        }
        self.warnings += self.node.pageWarnings
    }

    /// What would be used, for an operator; without secrets.
    var summary: String {
        """
        listen      \(self.node.host):\(self.node.port), \(self.node.threads) event loops
        node        \(self.node.name.text(port: self.node.port))
        broker      \(self.node.redis.map(\.description) ?? "in memory")
        page        \(self.node.staticFiles)
        log         \(self.logLevel), as \(self.logFormat)
        """
    }
}

extension NodeConfiguration {
    fileprivate mutating func readPlace(_ settings: Settings) throws(SettingError) {
        self.host = Self.host(settings.string("host") ?? self.host)
        self.port = try settings.int("port", default: self.port, 0...65535)
        self.name = settings.string("node").map { .given($0) } ?? self.name
        self.staticFiles = settings.string("static") ?? self.staticFiles
        self.threads = try settings.int("threads", default: self.threads, 1...1024)
        let window = Int(self.flushWindow / .milliseconds(1))
        self.flushWindow = .milliseconds(try settings.int("flush-window", default: window, 0...1000))
    }

    fileprivate mutating func readPolicies(_ settings: Settings) throws(SettingError) {
        self.origins = try settings.choice("origins", default: self.origins, "same, * or origins") { OriginPolicy($0) }
        self.hosts = try settings.choice(
            "hosts",
            default: .standard(listeningOn: self.host),
            "local, * or names of hosts, without ports"
        ) { HostPolicy($0) }
        self.servesStatus = try settings.choice("status", default: self.servesStatus, "on or off") {
            ["on": true, "off": false][$0]
        }
    }

    fileprivate mutating func readLimits(_ settings: Settings) throws(SettingError) {
        self.limits = try Limits(settings)
        let connections = try settings.int("limits.connections", default: 0, 0...(.max))
        self.maximumConnections = connections > 0 ? connections : nil
        let standard = self.maximumConnectionsPerAddress ?? 0
        let perAddress = try settings.int("limits.connections-per-address", default: standard, 0...(.max))
        self.maximumConnectionsPerAddress = perAddress > 0 ? perAddress : nil
        if try settings.bool("unlimited") {
            self.limits.sends = nil
            self.limits.commands = nil
            self.maximumConnectionsPerAddress = nil
        }
    }

    fileprivate mutating func readRedis(_ settings: Settings) throws(SettingError) {
        self.redisPrefix = settings.string("redis-prefix") ?? self.redisPrefix
        self.ackReplicas = try settings.int("ack-replicas", default: self.ackReplicas, 0...100)
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
