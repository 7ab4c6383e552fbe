import ArgumentParser
import ChatSettings

/// The command line: every setting as a flag.
///
/// Values stay as they are written and are read in one place (``ServerConfiguration``), so that a wrong one gets the
/// same message from a flag, the environment or a file.
struct ServerOptions: ParsableArguments {
    @Option(.host) var host: String?
    @Option(.port) var port: String?
    @Option(.redis) var redis: [String]
    @Option(.redisPasswordFile) var redisPasswordFile: String?
    @Option(.redisSentinelUser) var redisSentinelUser: String?
    @Option(.redisSentinelPasswordFile) var redisSentinelPasswordFile: String?
    @Option(.redisCa) var redisCa: String?
    @Option(.redisPrefix) var redisPrefix: String?
    @Option(.ackReplicas) var ackReplicas: String?
    @Option(.nodeName) var node: String?
    @Option(.staticFiles) var staticFiles: String?
    @Option(.threads) var threads: String?
    @Option(.flushWindow) var flushWindow: String?
    @Option(.drainDelay) var drainDelay: String?
    @Option(.origins) var origins: String?
    @Option(.corsOrigin) var corsOrigins: [String]
    @Option(.hosts) var hosts: String?
    @Option(.trustedProxies) var trustedProxies: String?
    @Option(.forwardedField) var forwardedField: String?
    @Option(.proxyProtocol) var proxyProtocol: String?
    @Option(.status) var status: String?
    @Option(.adminListen) var adminListen: String?
    @Option(.listen) var listen: String?
    @Option(.tlsCertificate) var tlsCertificate: String?
    @Option(.tlsKey) var tlsKey: String?
    @Option(.deflate) var deflate: String?
    @Flag(help: ArgumentHelp(.unlimited)) var unlimited = false
    @Option(.coreDumps) var coreDumps: String?
    @Option(.config) var config: String?
    @Option(.logLevel) var logLevel: String?
    @Option(.logFormat) var logFormat: String?
    @Flag(help: .hidden) var testEcho = false

    @OptionGroup(title: "Tokens")
    var identity: IdentityOptions

    @OptionGroup(title: "Signing in on the page")
    var signIn: SignInOptions

    @OptionGroup(title: "Moderation")
    var moderation: ModerationOptions

    @OptionGroup(title: "Limits")
    var limits: LimitOptions

    @OptionGroup(title: "Limits of an address, a user and a room")
    var costs: CostOptions

    /// The settings that were given, by key.
    var values: [String: String] {
        let own: [Setting: String?] = [
            .host: self.host, .port: self.port, .redis: self.redis.isEmpty ? nil : self.redis.joined(separator: "\n"),
            .redisPasswordFile: self.redisPasswordFile,
            .redisSentinelUser: self.redisSentinelUser,
            .redisSentinelPasswordFile: self.redisSentinelPasswordFile,
            .redisCa: self.redisCa, .redisPrefix: self.redisPrefix, .ackReplicas: self.ackReplicas,
            .nodeName: self.node, .staticFiles: self.staticFiles, .threads: self.threads,
            .flushWindow: self.flushWindow, .drainDelay: self.drainDelay, .origins: self.origins, .hosts: self.hosts,
            .corsOrigin: self.corsOrigins.isEmpty ? nil : self.corsOrigins.joined(separator: ","),
            .status: self.status,
            .deflate: self.deflate, .tlsCertificate: self.tlsCertificate, .tlsKey: self.tlsKey,
            .trustedProxies: self.trustedProxies, .forwardedField: self.forwardedField,
            .proxyProtocol: self.proxyProtocol, .adminListen: self.adminListen, .listen: self.listen,
            .unlimited: self.unlimited ? "true" : nil, .coreDumps: self.coreDumps, .logLevel: self.logLevel,
            .logFormat: self.logFormat,
        ]
        let groups = [
            self.signIn.values, self.identity.values, self.moderation.values, self.limits.values, self.costs.values,
        ]
        let all = groups.reduce(own) { $0.merging($1) { $1 } }
        let given = all.compactMap { setting, value in value.map { (setting.key, $0) } }
        return Dictionary(uniqueKeysWithValues: given)
    }
}

/// How clients show who they are, as flags.
struct IdentityOptions: ParsableArguments {
    @Option(.tokenKey) var tokenKey: String?
    @Option(.tokenJwks) var tokenJwks: String?
    @Option(.tokenIssuer) var tokenIssuer: String?
    @Option(.tokenAudience) var tokenAudience: String?

    /// The settings that were given.
    var values: [Setting: String?] {
        [
            .tokenKey: self.tokenKey, .tokenJwks: self.tokenJwks, .tokenIssuer: self.tokenIssuer,
            .tokenAudience: self.tokenAudience,
        ]
    }
}

/// The settings for moderators as flags.
struct ModerationOptions: ParsableArguments {
    @Option(.adminKeyFile) var adminKeyFile: String?
    @Option(.moderationFile) var moderationFile: String?

    /// The settings that were given.
    var values: [Setting: String?] { [.adminKeyFile: self.adminKeyFile, .moderationFile: self.moderationFile] }
}

/// The limits of the protocol as flags.
struct LimitOptions: ParsableArguments {
    @Option(.textBytes) var textBytes: String?
    @Option(.messageBytes) var messageBytes: String?
    @Option(.roomsPerConnection) var roomsPerConnection: String?
    @Option(.history) var history: String?
    @Option(.members) var members: String?
    @Option(.sendBurst) var sendBurst: String?
    @Option(.sendRate) var sendRate: String?
    @Option(.commandBurst) var commandBurst: String?
    @Option(.commandRate) var commandRate: String?
    @Option(.outboundBytes) var outboundBytes: String?
    @Option(.logMessages) var logMessages: String?
    @Option(.logSeconds) var logSeconds: String?
    @Option(.dedupSeconds) var dedupSeconds: String?
    @Option(.sessionDays) var sessionDays: String?
    @Option(.pingSeconds) var pingSeconds: String?
    @Option(.pongSeconds) var pongSeconds: String?
    @Option(.stallSeconds) var stallSeconds: String?
    @Option(.presenceSeconds) var presenceSeconds: String?
    @Option(.closeSeconds) var closeSeconds: String?
    @Option(.leaseSeconds) var leaseSeconds: String?
    @Option(.helloSeconds) var helloSeconds: String?
    @Option(.connections) var connections: String?

    /// The limits that were given.
    var values: [Setting: String?] {
        [
            .textBytes: self.textBytes, .messageBytes: self.messageBytes,
            .roomsPerConnection: self.roomsPerConnection, .history: self.history, .members: self.members,
            .sendBurst: self.sendBurst, .sendRate: self.sendRate, .commandBurst: self.commandBurst,
            .commandRate: self.commandRate, .outboundBytes: self.outboundBytes, .logMessages: self.logMessages,
            .logSeconds: self.logSeconds, .dedupSeconds: self.dedupSeconds, .sessionDays: self.sessionDays,
            .pingSeconds: self.pingSeconds, .pongSeconds: self.pongSeconds, .stallSeconds: self.stallSeconds,
            .presenceSeconds: self.presenceSeconds, .closeSeconds: self.closeSeconds,
            .leaseSeconds: self.leaseSeconds, .helloSeconds: self.helloSeconds, .connections: self.connections,
        ]
    }
}

extension ArgumentHelp {
    /// The purpose of a setting.
    init(_ setting: Setting) {
        self.init(
            setting.help.replacing("{default}", with: setting.fallback),
            discussion: setting.discussion,
            visibility: setting.isHidden ? .hidden : .default
        )
    }
}

extension Option {
    /// The flag of a setting.
    init(_ setting: Setting) where Value == String? {
        self.init(name: .customLong(setting.flag), help: ArgumentHelp(setting))
    }

    /// The flag of a setting that may be repeated.
    init(_ setting: Setting) where Value == [String] {
        self.init(wrappedValue: [], name: .customLong(setting.flag), help: ArgumentHelp(setting))
    }
}
