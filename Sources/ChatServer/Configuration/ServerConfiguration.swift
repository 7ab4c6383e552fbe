import ChatCore
import ChatIdentity
import ChatNode
import ChatRedis
import ChatSettings
import ChatSystem
import Foundation
import Logging
import NIOSSL

/// All settings of an operator, read and checked.
struct ServerConfiguration: Sendable {
    var node = NodeConfiguration()
    var logLevel: Logger.Level
    var logFormat: LogFormat
    /// Whether a crash may leave a core dump.
    var allowsCoreDumps = false
    /// Warnings for the operator about the settings.
    var warnings: [String] = []

    enum LogFormat: String, Sendable { case text, json }

    /// Reads the settings.
    ///
    /// - Throws: ``SettingError`` for the first one that cannot be used.
    init(_ settings: Settings) throws(SettingError) {
        self.logLevel = try settings.choice(.logLevel, "a level of logging") { Logger.Level(rawValue: $0) } ?? .info
        self.logFormat = try settings.choice(.logFormat, "text or json") { LogFormat(rawValue: $0) } ?? .text
        self.allowsCoreDumps =
            try settings.choice(.coreDumps, "on or off") { ["on": true, "off": false][$0] } ?? self.allowsCoreDumps
        try self.node.readPlace(settings)
        try self.node.readPolicies(settings)
        self.node.signIn = try SignIn(settings)
        try self.node.readLimits(settings)
        try self.node.readRedis(settings)
        self.node.identity = try IdentityConfiguration(settings)
        self.node.moderation = try ModerationConfiguration(settings, isInMemory: self.node.isInMemory)
        try self.node.readTLS(settings)
        self.warnings += self.tlsWarnings(now: Date())
        if settings.string(.testDelays) != nil {
            self.node.testDelays = DelayedAnswers(seed: UInt64(try settings.int(.testDelays)))
            self.warnings.append("answers are late on purpose (CHAT_TEST_DELAYS)")
        }
        self.warnings += self.node.pageWarnings
        if self.node.flushWindow > .zero {
            let milliseconds = Int(self.node.flushWindow / .milliseconds(1))
            self.warnings.append(
                "messages of busy rooms wait up to \(milliseconds) ms for each other (\(Setting.flushWindow.names))"
            )
        }
    }

    /// Reads the files that must be right before the server starts.
    ///
    /// - Throws: ``SettingError`` for the first one that cannot be used.
    mutating func readFiles(_ settings: Settings) async throws(SettingError) {
        do throws(KeyError) { try await self.node.identity.readKeys() } catch {
            throw SettingError("\(IdentityConfiguration.setting(of: settings).names): \(error.reason)")
        }
    }

    private var listenText: String {
        "\(self.node.host):\(self.node.port)" + (self.node.socketFile.map { " and \($0)" } ?? "")
    }

    /// The values that would be used, for an operator; without secrets.
    var summary: String {
        """
        listen      \(self.listenText), \(self.node.threads) event loops
        node        \(self.node.name.text(port: self.node.port))
        clients     \(self.node.identity.description)
        broker      \(self.brokerText)
        metrics     \(self.node.adminListen.map(\.description) ?? "with the key of the admin API, if there is one")
        page        \(self.node.staticFiles)
        encryption  \(self.node.tls.map { "\($0.files.certificate); \($0.expiryText)" } ?? "none")
        log         \(self.logLevel), as \(self.logFormat)
        """
    }

    private var brokerText: String {
        guard self.node.redisFleet.isEmpty else {
            return self.node.redisFleet.map { "\($0.name)=\($0.url)" }.joined(separator: ", ")
        }
        return self.node.redis.map(\.description) ?? "in memory"
    }

    private func tlsWarnings(now: Date) -> [String] {
        guard let tls = self.node.tls else { return [] }
        var warnings: [String] = []
        if tls.expiry < now { warnings.append("clients refuse the certificate: it has expired (\(tls.expiryText))") }
        if tls.isKeyOpen { warnings.append("every user of this machine can read the key: \(tls.files.key)") }
        return warnings
    }
}

extension NodeConfiguration {
    fileprivate mutating func readTLS(_ settings: Settings) throws(SettingError) {
        let key = settings.string(.tlsKey)
        guard let certificate = settings.string(.tlsCertificate) else {
            guard key == nil else {
                throw SettingError("\(Setting.tlsKey.names): it needs a certificate, \(Setting.tlsCertificate.names)")
            }
            return
        }
        do throws(ServerTLS.Fault) {
            self.tls = try ServerTLS(ServerTLS.Files(certificate: certificate, key: key ?? certificate))
        } catch {
            throw Self.error(error, ofKey: key == nil ? .tlsCertificate : .tlsKey)
        }
    }

    private static func error(_ fault: ServerTLS.Fault, ofKey key: Setting) -> SettingError {
        let certificate = Setting.tlsCertificate
        return switch fault {
        case .certificateUnreadable: SettingError("\(certificate.names): the file cannot be read")
        case .noCertificate: SettingError("\(certificate.names): the file has no certificate in PEM form")
        case .keyUnreadable: SettingError("\(key.names): the file cannot be read")
        case .noKey: SettingError("\(key.names): the file has no key in PEM form without a passphrase")
        case .mismatch: SettingError("\(key.names): the key is not that of the certificate")
        }
    }

    fileprivate mutating func readPlace(_ settings: Settings) throws(SettingError) {
        self.host = Self.host(settings.string(.host) ?? self.host)
        self.port = try settings.int(.port)
        self.adminListen =
            try settings.choice(.adminListen, "ADDRESS:PORT, or a port of this machine alone") { ListenAddress($0) }
            .map { ListenAddress(host: Self.host($0.host), port: $0.port) }
        self.socketFile = try settings.choice(
            .listen,
            "unix:PATH, with a path of at most \(SocketFile.maximumBytes) bytes"
        ) { SocketFile($0) }
        self.name =
            try settings.choice(.nodeName, "one line of at most \(NodeName.maximumBytes) bytes") { NodeName($0) }
            ?? self.name
        self.staticFiles = settings.string(.staticFiles) ?? self.staticFiles
        self.threads = try settings.int(.threads)
        self.flushWindow = .milliseconds(try settings.int(.flushWindow))
        self.drainDelay = .seconds(try settings.int(.drainDelay))
    }

    fileprivate mutating func readPolicies(_ settings: Settings) throws(SettingError) {
        self.origins = try settings.choice(.origins, "same, * or origins") { OriginPolicy($0) } ?? self.origins
        self.crossOrigin =
            try settings.choice(.corsOrigin, "* or exact origins, such as https://app.example.com") {
                CrossOriginPolicy($0)
            } ?? self.crossOrigin
        self.hosts =
            try settings.choice(.hosts, "local, * or names of hosts, without ports") { HostPolicy($0) }
            ?? .standard(listeningOn: self.host)
        self.proxies =
            try settings.choice(.trustedProxies, "networks or addresses, with commas between") {
                TrustedProxies($0)
            } ?? self.proxies
        self.proxies.field =
            try settings.choice(.forwardedField, "x-forwarded-for or forwarded") {
                TrustedProxies.Field(rawValue: $0)
            } ?? self.proxies.field
        self.expectsProxyHeader =
            try settings.choice(.proxyProtocol, "on or off") { ["on": true, "off": false][$0] } ?? false
        guard !self.expectsProxyHeader || !self.proxies.networks.isEmpty else {
            throw SettingError(
                "\(Setting.proxyProtocol.names): it is for trusted proxies, \(Setting.trustedProxies.names)"
            )
        }
        self.servesStatus =
            try settings.choice(.status, "on or off") { ["on": true, "off": false][$0] } ?? self.servesStatus
        self.deflates = try settings.choice(.deflate, "on or off") { ["on": true, "off": false][$0] } ?? self.deflates
    }

    fileprivate mutating func readLimits(_ settings: Settings) throws(SettingError) {
        self.limits = try Limits(settings)
        let connections = try settings.int(.connections)
        self.maximumConnections = connections > 0 ? connections : nil
        if try settings.bool(.unlimited) {
            self.limits.sends = nil
            self.limits.commands = nil
            let bufferedBytes = self.limits.cost.bufferedBytes
            self.limits.cost = .none
            self.limits.cost.bufferedBytes = bufferedBytes
        }
    }

    fileprivate mutating func readRedis(_ settings: Settings) throws(SettingError) {
        self.redisPrefix = settings.string(.redisPrefix) ?? self.redisPrefix
        self.ackReplicas = try settings.int(.ackReplicas)
        guard let text = settings.string(.redis) ?? settings.variable("REDIS_URL") else {
            guard self.ackReplicas == 0 else {
                throw SettingError("\(Setting.ackReplicas.names): it needs a Redis, \(Setting.redis.names)")
            }
            return
        }
        var servers: [RedisServer]
        do throws(RedisURLError) { servers = try RedisServer.list(text) } catch {
            throw SettingError("\(Setting.redis.names): \(error)")
        }
        let password = try settings.password(.redisPasswordFile)
        for index in servers.indices {
            servers[index].url.password = password ?? servers[index].url.password
            guard servers[index].url.user == nil || servers[index].url.password != nil else {
                throw SettingError(
                    "\(Setting.redis.names): a user needs a password, in the URL or by "
                        + Setting.redisPasswordFile.names
                )
            }
        }
        if servers.contains(where: \.url.isOfCluster), self.redisPrefix.contains("{") {
            throw SettingError("\(Setting.redisPrefix.names): in a Redis Cluster a { puts all rooms at one server")
        }
        if servers.count > 1 { self.redisFleet = servers } else { self.redis = servers.first?.url }
        self.redisAuthorities = try Self.authorities(settings, usesTLS: servers.contains(where: \.url.usesTLS))
        self.sentinelLogIn = try Self.sentinelLogIn(settings, servers.map(\.url))
    }

    private static func sentinelLogIn(_ settings: Settings, _ urls: [RedisURL]) throws(SettingError) -> RedisLogIn {
        let logIn = RedisLogIn(
            user: settings.string(.redisSentinelUser),
            password: try settings.password(.redisSentinelPasswordFile)
        )
        guard logIn.user == nil || logIn.password != nil else {
            throw SettingError(
                "\(Setting.redisSentinelUser.names): a user needs a password, by "
                    + Setting.redisSentinelPasswordFile.names
            )
        }
        guard urls.allSatisfy({ if case .primary = $0.target { false } else { true } }), logIn != RedisLogIn() else {
            return logIn
        }
        let setting = logIn.password == nil ? Setting.redisSentinelUser : .redisSentinelPasswordFile
        throw SettingError("\(setting.names): it is for a Redis that sentinels know, redis-sentinel://")
    }

    /// The trusted certificates: those of `--redis-ca`, or of the variables that OpenSSL also reads.
    private static func authorities(
        _ settings: Settings,
        usesTLS: Bool
    ) throws(SettingError) -> NIOSSLTrustRoots? {
        let setting = settings.string(.redisCa)
        guard usesTLS else {
            guard setting == nil else {
                throw SettingError("\(Setting.redisCa.names): it is for a Redis with TLS, rediss://")
            }
            return nil
        }
        return try settings.authorities(setting, Setting.redisCa.names)
    }

    /// An address in the form for sockets: without the brackets of a URL, and `*` as the wildcard address.
    private static func host(_ text: String) -> String {
        if text == "*" { return SystemResources.anyAddress }
        guard text.hasPrefix("["), text.hasSuffix("]") else { return text }
        return String(text.dropFirst().dropLast())
    }
}

extension Limits {
    /// Reads the limits; the defaults are the protocol's.
    fileprivate init(_ settings: Settings) throws(SettingError) {
        self.init()
        func seconds(_ setting: Setting) throws(SettingError) -> Duration { .seconds(try settings.int(setting)) }
        self.cost = try CostLimits(settings)
        self.textBytes = try settings.int(.textBytes)
        self.messageBytes = try settings.int(.messageBytes)
        self.rooms = try settings.int(.roomsPerConnection)
        self.history = try settings.int(.history)
        self.members = try settings.int(.members)
        self.outboundBytes = try settings.int(.outboundBytes)
        self.sends = Rate(burst: try settings.int(.sendBurst), perSecond: try settings.int(.sendRate))
        self.commands = Rate(burst: try settings.int(.commandBurst), perSecond: try settings.int(.commandRate))
        self.helloTimeout = try seconds(.helloSeconds)
        self.pingInterval = try seconds(.pingSeconds)
        self.pongTimeout = try seconds(.pongSeconds)
        self.stallTimeout = try seconds(.stallSeconds)
        self.closeTimeout = try seconds(.closeSeconds)
        self.presenceGrace = try seconds(.presenceSeconds)
        self.presenceLease = try seconds(.leaseSeconds)
        self.log.messages = try settings.int(.logMessages)
        self.log.retention = try seconds(.logSeconds)
        self.log.deduplication = try seconds(.dedupSeconds)
        self.log.sessions = .seconds(try settings.int(.sessionDays) * 86400)
    }
}

extension Settings {
    /// The certificates that are trusted where a connection goes out.
    ///
    /// - Parameters:
    ///   - file: The file that the operator has named for it, if any.
    ///   - name: The name of that setting, for the error.
    /// - Returns: Those of the file, or of the variables that OpenSSL also reads; nil: those that the system trusts.
    /// - Throws: ``SettingError`` when a file has none.
    func authorities(_ file: String? = nil, _ name: String = "") throws(SettingError) -> NIOSSLTrustRoots? {
        if let path = file ?? self.variable("SSL_CERT_FILE") {
            guard let bytes = try? AtomicFile.read(path),
                let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty
            else {
                let name = file == nil ? "SSL_CERT_FILE" : name
                throw SettingError("\(name): the file cannot be read, or has no certificate in PEM form")
            }
            return .certificates(certificates)
        }
        // OpenSSL takes a list of folders; the first existing one is used.
        let folders = self.variable("SSL_CERT_DIR")?.split(separator: ":").map(String.init) ?? []
        return folders.first { FileManager.default.fileExists(atPath: $0) }.map { .file($0) }
    }

    /// The settings of a node.
    ///
    /// - Parameters:
    ///   - flags: The values of the command line, by key.
    ///   - environment: The environment; `CHAT_PORT` is for the key `port`.
    ///   - file: The path of a JSON file; nil when there is none.
    /// - Returns: The settings.
    /// - Throws: ``SettingError`` when the file cannot be read, or has an unknown setting.
    static func ofServer(
        flags: [String: String],
        environment: [String: String],
        file: String?
    ) async throws(SettingError) -> Settings {
        if let file {
            do throws(SettingError) { try SettingsFile(file).check(Setting.all, isStrict: false) } catch {
                throw SettingError(error.message).at("config")
            }
        }
        return try await Settings(flags: flags, environment: environment, file: file, naming: .flagAndVariable)
    }
}

extension Settings {
    /// The password in the file that a setting names; nil when the setting has no value.
    fileprivate func password(_ setting: Setting) throws(SettingError) -> RedisURL.Password? {
        guard let file = self.string(setting) else { return nil }
        guard let bytes = try? AtomicFile.read(file), let password = String(validating: bytes, as: UTF8.self) else {
            throw SettingError("\(setting.names): the file cannot be read")
        }
        return RedisURL.Password(password.trimmingCharacters(in: .newlines))
    }
}
