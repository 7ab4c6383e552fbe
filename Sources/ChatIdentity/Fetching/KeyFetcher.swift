import ChatCore
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Gets keys from an address: one request on a connection of its own, bounded in bytes and in time.
struct KeyFetcher: Sendable {
    let address: KeyAddress
    let group: any EventLoopGroup
    /// The authorities for the certificate; nil: those that the system trusts.
    let authorities: NIOSSLTrustRoots?
    /// The time for all of it.
    let patience: Duration

    /// Asks once.
    ///
    /// Only an answer 200 counts: a redirect is not followed, since its target was not chosen by the operator.
    ///
    /// - Returns: The body, at most ``KeyFile/maximumBytes``.
    /// - Throws: ``KeyError``.
    func fetch() async throws(KeyError) -> [UInt8] {
        do {
            let tls = try self.address.isSecure ? self.tlsContext() : nil
            let loop = self.group.next()
            let answer = loop.makePromise(of: ByteBuffer.self)
            let (address, patience) = (self.address, TimeAmount(self.patience))
            let connecting = ClientBootstrap(group: loop)
                .connectTimeout(patience)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        if let tls {
                            // An address is checked as such and not as a name (RFC 6066, section 3).
                            let name =
                                (try? SocketAddress(ipAddress: address.host, port: 0)) == nil ? address.host : nil
                            try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name))
                        }
                        try pipeline.addHTTPClientHandlers()
                        try pipeline.addHandler(AnswerCollector(address: address, answer: answer))
                    }
                }
                .connect(host: address.host, port: address.port)
            connecting.whenFailure { answer.fail($0) }
            let limit = loop.scheduleTask(in: patience) { answer.fail(KeyError("it gave no answer in time")) }
            defer { limit.cancel() }
            defer { connecting.whenSuccess { $0.close(promise: nil) } }
            return Array(try await answer.futureResult.get().readableBytesView)
        } catch let error as KeyError {
            throw error
        } catch {
            throw KeyError("it cannot be reached: \(error)")
        }
    }

    private func tlsContext() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if let authorities { configuration.trustRoots = authorities }
        return try NIOSSLContext(configuration: configuration)
    }
}

/// Sends the request and gathers the answer to it.
private final class AnswerCollector: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let address: KeyAddress
    private let answer: EventLoopPromise<ByteBuffer>
    private var body = ByteBuffer()

    init(address: KeyAddress, answer: EventLoopPromise<ByteBuffer>) {
        self.address = address
        self.answer = answer
    }

    func channelActive(context: ChannelHandlerContext) {
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: self.address.target)
        head.headers = [
            "Host": self.address.authority, "Accept": "application/json", "User-Agent": "ChatServer",
            "Connection": "close",
        ]
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head):
            guard head.status != .ok else { return }
            self.fail(KeyError("it answered \(head.status.code)"), context)
        case .body(var part):
            self.body.writeBuffer(&part)
            guard self.body.readableBytes > KeyFile.maximumBytes else { return }
            self.fail(KeyError("its answer has more than \(KeyFile.maximumBytes) bytes"), context)
        case .end:
            self.answer.succeed(self.body)
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.answer.fail(KeyError("it closed before the end of its answer"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { self.fail(error, context) }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        self.answer.fail(error)
        context.close(promise: nil)
    }
}
