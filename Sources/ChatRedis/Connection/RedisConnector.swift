internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Opens connections to servers, and logs in there.
struct RedisConnector {
    private let account: RedisLogIn
    private let database: Int
    /// The longest time for the socket to connect.
    private let timeout: TimeAmount
    private let tls: NIOSSLContext?

    /// Makes a connector to Redis.
    ///
    /// - Parameters:
    ///   - url: How to log in, and which database to select.
    ///   - tls: The rules for checking its certificate, when the URL asks for TLS.
    ///   - timeout: The longest time for the socket to connect.
    /// - Throws: An error of NIOSSL when its configuration is not valid.
    init(_ url: RedisURL, tls: TLSConfiguration, timeout: Duration) throws {
        self.account = RedisLogIn(user: url.user, password: url.password)
        self.database = url.database
        self.timeout = TimeAmount(timeout)
        self.tls = url.usesTLS ? try NIOSSLContext(configuration: tls) : nil
    }

    /// Makes a connector to the sentinels, which have users and passwords of their own, and no databases.
    ///
    /// - Parameter configuration: The address of Redis and the settings for it.
    /// - Throws: An error of NIOSSL when its configuration is not valid.
    init(sentinelsOf configuration: RedisConfiguration) throws {
        self.account = configuration.sentinelLogIn
        self.database = 0
        self.timeout = TimeAmount(configuration.connectTimeout)
        self.tls = configuration.url.usesTLS ? try NIOSSLContext(configuration: configuration.tls) : nil
    }

    /// Whether connections are secured.
    var usesTLS: Bool { self.tls != nil }

    /// The commands that log in and select the database.
    var logIn: [RedisCommand] {
        var commands = self.account.command.map { [$0] } ?? []
        if self.database != 0 { commands.append(RedisCommand("SELECT", String(self.database))) }
        return commands
    }

    /// Connects on the handler's event loop, which must be the one that this runs on.
    ///
    /// - Parameters:
    ///   - address: The server.
    ///   - handler: The handler of the connection.
    ///   - eventLoop: Its event loop.
    /// - Returns: The connection.
    /// - Throws: What the system or TLS says.
    func connect(
        to address: RedisURL.Address,
        _ handler: RedisChannelHandler,
        on eventLoop: any EventLoop
    ) async throws -> any Channel {
        let handler = NIOLoopBound(handler, eventLoop: eventLoop)
        let tls = self.tls
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(self.timeout)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(Self.tlsHandler(tls, address))
                    }
                    try channel.pipeline.syncOperations.addHandler(handler.value)
                }
            }
        return switch address {
        case .host(let host, let port): try await bootstrap.connect(host: host, port: port).get()
        case .socket(let path): try await bootstrap.connect(unixDomainSocketPath: path).get()
        }
    }

    private static func tlsHandler(
        _ context: NIOSSLContext,
        _ address: RedisURL.Address
    ) throws -> NIOSSLClientHandler {
        guard case .host(let host, port: _) = address else {
            return try NIOSSLClientHandler(context: context, serverHostname: nil)
        }
        // The extension that names the server must not hold an IP address (RFC 6066, section 3).
        let isIPAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isIPAddress ? nil : host)
    }
}
