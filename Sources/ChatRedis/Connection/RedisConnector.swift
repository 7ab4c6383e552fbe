internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Opens connections to the Redis at a URL.
struct RedisConnector {
    let url: RedisURL
    /// The longest time for the socket to connect.
    private let timeout: TimeAmount
    private let tls: NIOSSLContext?

    /// Makes a connector.
    ///
    /// - Parameters:
    ///   - url: The address of Redis.
    ///   - tls: The rules for checking its certificate, when the URL asks for TLS.
    ///   - timeout: The longest time for the socket to connect.
    /// - Throws: An error of NIOSSL when its configuration is not valid.
    init(_ url: RedisURL, tls: TLSConfiguration, timeout: Duration) throws {
        self.url = url
        self.timeout = TimeAmount(timeout)
        self.tls = url.usesTLS ? try NIOSSLContext(configuration: tls) : nil
    }

    /// The commands that log in and select the database.
    var logIn: [RedisCommand] {
        var commands: [RedisCommand] = []
        if let password = self.url.password {
            commands.append(
                self.url.user.map { RedisCommand("AUTH", $0, password.secret) } ?? RedisCommand("AUTH", password.secret)
            )
        }
        if self.url.database != 0 { commands.append(RedisCommand("SELECT", String(self.url.database))) }
        return commands
    }

    /// Connects on the handler's event loop, which must be the one that this runs on.
    func connect(_ handler: RedisChannelHandler, on eventLoop: any EventLoop) async throws -> any Channel {
        let handler = NIOLoopBound(handler, eventLoop: eventLoop)
        let (tls, address) = (self.tls, self.url.address)
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
