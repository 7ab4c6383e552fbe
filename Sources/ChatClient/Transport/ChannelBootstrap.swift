package import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// Makes plain or encrypted byte channels to one server; the caller adds the handlers.
package struct ChannelBootstrap: Sendable {
    private static let connectTimeout: TimeAmount = .seconds(10)

    private let server: ServerAddress
    private let tls: NIOSSLContext?

    /// Reads the certificate authorities, once for all connections.
    ///
    /// - Parameters:
    ///   - server: The address of the server.
    ///   - trustedAuthorities: A PEM file of certificate authorities; nil: the system's.
    /// - Throws: ``ClientError`` with the code `invalid` when the certificate authorities cannot be read.
    package init(_ server: ServerAddress, trustedAuthorities: String? = nil) throws(ClientError) {
        self.server = server
        guard server.isSecure else {
            self.tls = nil
            return
        }
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.applicationProtocols = ["http/1.1"]
        if let file = trustedAuthorities { tls.trustRoots = .file(file) }
        do { self.tls = try NIOSSLContext(configuration: tls) } catch {
            throw .invalid("the certificate authorities cannot be read")
        }
    }

    /// The beginning of every connection.
    func bootstrap(on group: any EventLoopGroup) -> ClientBootstrap {
        ClientBootstrap(group: group)
            .connectTimeout(Self.connectTimeout)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
    }

    /// Adds the encryption, if there is one, before all other handlers.
    func addTLS(to channel: any Channel) throws {
        guard let tls else { return }
        // An IP address is not sent as a name (RFC 6066, section 3); the certificate is checked against it anyway.
        let isAddress = (try? SocketAddress(ipAddress: self.server.host, port: 0)) != nil
        let handler = try NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : self.server.host)
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    /// Finds an address at which the server answers, by a connection that is closed at once.
    ///
    /// A caller that makes many connections asks the name service only once.
    ///
    /// - Throws: ``ConnectionFailure``.
    package func locate() async throws(ConnectionFailure) -> SocketAddress {
        do {
            let channel = try await self.bootstrap(on: NIOSingletons.posixEventLoopGroup)
                .connect(host: self.server.host, port: self.server.port).get()
            let address = channel.remoteAddress
            try? await channel.close().get()
            if let address { return address }
        } catch {
            throw ConnectionFailure(Self.reason(error), at: self.server.authority)
        }
        throw ConnectionFailure("the connection broke", at: self.server.authority)
    }

    /// Connects.
    ///
    /// - Parameters:
    ///   - loop: The event loop of the connection.
    ///   - address: The result of ``locate()``.
    ///   - configure: Adds the handlers after the encryption.
    /// - Returns: The channel; ``reason(_:)`` describes its failure.
    package func connect(
        on loop: any EventLoop,
        to address: SocketAddress,
        _ configure: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        self.bootstrap(on: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try self.addTLS(to: channel)
                    try configure(channel)
                }
            }
            .connect(to: address)
    }

    /// The reason why there is no connection, in words.
    package static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            if error.dnsAError != nil || error.dnsAAAAError != nil, error.connectionErrors.isEmpty {
                return "there is no such host"
            }
            return error.connectionErrors.first.map { Self.reason($0.error) } ?? "cannot connect"
        case let error as IOError: return String(cString: strerror(error.errnoCode))
        case ChannelError.connectTimeout: return "the connection timed out"
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            return "the certificate is of another host"
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            return "the encrypted connection failed: " + Self.tlsReason("\(error)")
        case HTTPParserError.headerOverflow: return "the head of the answer is too long"
        case is HTTPParserError: return "the answer is no HTTP answer"
        case is NIOHTTPClientUpgradeError: return "the server did not answer as a WebSocket server"
        default: return "\(error)"
        }
    }

    /// The reason in an error of BoringSSL, which is between names of source files.
    ///
    /// - Parameter error: An error as NIOSSL describes it.
    /// - Returns: Only the reason, in words.
    package static func tlsReason(_ error: String) -> String {
        guard let mark = error.firstRange(of: "OPENSSL_internal:") else {
            return String(error.prefix { $0.isLetter || $0.isNumber })
        }
        let reason = error[mark.upperBound...].prefix { $0 == "_" || ($0.isASCII && ($0.isUppercase || $0.isNumber)) }
        switch reason {
        case "CERTIFICATE_VERIFY_FAILED": return "the certificate is not trusted"
        case "WRONG_VERSION_NUMBER": return "the server speaks no TLS there"
        default: return reason.lowercased().replacing("_", with: " ")
        }
    }
}
