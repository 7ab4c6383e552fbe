import NIOCore
import NIOPosix

/// A proxy before a server that lets no WebSocket through: it answers 403 to whoever asks for one, and hands everything else on.
enum NoWebSockets {
    /// Starts the proxy for as long as the body runs, which gets its port.
    static func with(_ server: TestServer, _ body: (_ port: Int) async throws -> Void) async throws {
        let port = server.port
        let proxy = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { client in
                client.eventLoop.makeCompletedFuture {
                    try client.pipeline.syncOperations.addHandler(FirstBytes(port: port))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Result<Void, any Error>
        do { result = .success(try await body(proxy.localAddress?.port ?? 0)) } catch { result = .failure(error) }
        try await proxy.close()
        try result.get()
    }

    /// Looks at the head of the first request; the test's client asks for a WebSocket by the first one or not at all.
    private final class FirstBytes: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let port: Int
        private var head = ByteBuffer()
        private var server: (any Channel)?
        private var isDecided = false

        init(port: Int) { self.port = port }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = self.unwrapInboundIn(data)
            if let server {
                server.writeAndFlush(bytes, promise: nil)
                return
            }
            self.head.writeBuffer(&bytes)
            let head = String(buffer: self.head)
            guard !self.isDecided, head.contains("\r\n\r\n") else { return }
            self.isDecided = true
            if head.lowercased().contains("upgrade: websocket") {
                let answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
                context.channel.writeAndFlush(ByteBuffer(string: answer)).whenComplete { _ in
                    bound.value.close(promise: nil)
                }
            } else {
                self.connect(context)
            }
        }

        private func connect(_ context: ChannelHandlerContext) {
            let client = context.channel
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            ClientBootstrap(group: context.eventLoop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Back(to: client))
                    }
                }
                .connect(host: "127.0.0.1", port: self.port)
                .whenComplete { result in
                    guard case .success(let server) = result else { return client.close(promise: nil) }
                    bound.value.server = server
                    server.writeAndFlush(bound.value.head, promise: nil)
                }
        }

        func channelInactive(context: ChannelHandlerContext) { self.server?.close(promise: nil) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    /// Hands on what the server says, and its end.
    private final class Back: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let client: any Channel

        init(to client: any Channel) { self.client = client }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.client.writeAndFlush(self.unwrapInboundIn(data), promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { self.client.close(promise: nil) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
