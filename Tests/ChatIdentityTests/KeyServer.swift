import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import TestSupport

/// A server on this machine that answers every connection with the same bytes, and counts them.
final class KeyServer: Sendable {
    let port: Int
    private let answer: Mutex<String>
    private let count = Mutex(0)

    /// The number of requests so far.
    var requests: Int { self.count.withLock { $0 } }

    private init(port: Int, _ answer: String) {
        self.port = port
        self.answer = Mutex(answer)
    }

    /// Gives another answer from now on.
    func say(_ answer: String) { self.answer.withLock { $0 = answer } }

    /// An answer 200 with this body.
    static func ok(_ body: String) -> String {
        "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
    }

    /// Runs a server as long as the body does; with TLS, by the certificate of the tests.
    static func with(_ answer: String, hasTLS: Bool = false, _ body: (KeyServer) async throws -> Void) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let server = Mutex<KeyServer?>(nil)
        let tls = hasTLS ? try Self.tls() : nil
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let server = server.withLock({ $0 }) else { return }
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(Answering(server: server))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let made = KeyServer(port: channel.localAddress?.port ?? 0, answer)
        server.withLock { $0 = made }
        do {
            try await body(made)
        } catch {
            try await channel.close()
            throw error
        }
        try await channel.close()
    }

    private static func tls() throws -> NIOSSLContext {
        let certificate = try NIOSSLCertificate(bytes: Array(TestCertificate.certificate.utf8), format: .pem)
        let key = try NIOSSLPrivateKey(bytes: Array(TestCertificate.key.utf8), format: .pem)
        let chain = [NIOSSLCertificateSource.certificate(certificate)]
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key))
        )
    }

    private final class Answering: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        let server: KeyServer

        init(server: KeyServer) { self.server = server }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.server.count.withLock { $0 += 1 }
            let answer = self.server.answer.withLock { $0 }
            context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
            if !answer.isEmpty { context.close(promise: nil) }
        }
    }
}
