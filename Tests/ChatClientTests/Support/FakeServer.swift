import ChatCore
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

/// A server that does exactly what a test tells it to, on a free port; its frames are NIO's own.
struct FakeServer: Sendable {
    typealias Socket = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>
    typealias Accepted = EventLoopFuture<Socket?>

    let port: Int
    private let accepted: AsyncStream<FakeConnection>

    /// The next client that comes.
    func accept() async throws -> FakeConnection {
        for await connection in self.accepted { return connection }
        throw Gone()
    }

    struct Gone: Error {}

    /// Runs a server for as long as the body takes.
    ///
    /// - Parameters:
    ///   - status: What upgrades are answered with in place of 101.
    ///   - answersPings: Whether it answers a client that asks whether anybody is there. On a busy machine each may ask.
    ///   - body: What is done with it.
    /// - Returns: What the body gave.
    /// - Throws: What the body threw.
    static func with<Result: Sendable>(
        refusing status: HTTPResponseStatus? = nil,
        answersPings: Bool = true,
        _ body: @Sendable (FakeServer) async throws -> Result
    ) async throws -> Result {
        let listener: NIOAsyncChannel<Accepted, Never> = try await ServerBootstrap(
            group: MultiThreadedEventLoopGroup.singleton
        )
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .bind(host: "127.0.0.1", port: 0) { channel in
            channel.eventLoop.makeCompletedFuture { try Self.configure(channel, refusing: status) }
        }
        let (accepted, continuation) = AsyncStream.makeStream(of: FakeConnection.self)
        let server = FakeServer(port: listener.channel.localAddress?.port ?? 0, accepted: accepted)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await listener.executeThenClose { inbound in
                    try await withThrowingDiscardingTaskGroup { clients in
                        for try await upgrade in inbound {
                            clients.addTask { try? await Self.serve(upgrade, continuation, answersPings) }
                        }
                    }
                }
            }
            defer { group.cancelAll() }
            return try await body(server)
        }
    }

    private static func serve(
        _ upgrade: Accepted,
        _ continuation: AsyncStream<FakeConnection>.Continuation,
        _ answersPings: Bool
    ) async throws {
        guard let socket = try await upgrade.get() else { return }
        try await socket.executeThenClose { inbound, _ in
            let (frames, received) = AsyncStream.makeStream(of: WebSocketFrame.self)
            let connection = FakeConnection(channel: socket.channel, frames: frames)
            continuation.yield(connection)
            defer { received.finish() }
            for try await frame in inbound {
                guard answersPings, try await connection.answersPing(frame) else {
                    received.yield(frame)
                    continue
                }
            }
        }
    }

    private static func configure(_ channel: any Channel, refusing status: HTTPResponseStatus?) throws -> Accepted {
        let upgrader = NIOTypedWebSocketServerUpgrader<Socket?>(
            shouldUpgrade: { channel, _ in
                channel.eventLoop.makeSucceededFuture(
                    status == nil ? ["Sec-WebSocket-Protocol": "chat.v1"] : nil
                )
            },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture { try Socket(wrappingChannelSynchronously: channel) }
            }
        )
        return try channel.pipeline.syncOperations.configureUpgradableHTTPServerPipeline(
            configuration: .init(
                upgradeConfiguration: .init(
                    upgraders: [upgrader],
                    notUpgradingCompletionHandler: { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try channel.pipeline.syncOperations.addHandler(Refuser(status: status ?? .badRequest))
                            return nil
                        }
                    }
                )
            )
        )
    }
}

/// Answers a request with a status and an error of the protocol.
private final class Refuser: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let status: HTTPResponseStatus

    init(status: HTTPResponseStatus) { self.status = status }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = self.unwrapInboundIn(data) else { return }
        let body = ByteBuffer(string: #"{"error":{"code":"unauthorized","message":"a token is needed"}}"#)
        let head = HTTPResponseHead(
            version: .http1_1,
            status: self.status,
            headers: ["Content-Length": "\(body.readableBytes)"]
        )
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        context.write(self.wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
    }
}
