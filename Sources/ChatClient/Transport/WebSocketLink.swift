internal import ChatCore
internal import ChatWebSocket
internal import NIOCore

/// A WebSocket.
struct WebSocketLink: Link {
    private let socket: LinkChannel

    init(_ socket: LinkChannel) { self.socket = socket }

    var detour: ConnectionFailure? { nil }

    func send(_ command: CommandEnvelope) {
        self.socket.channel.write(Outbound.text(command.encoded()), promise: nil)
    }

    func flush() { self.socket.channel.flush() }

    func leave() {
        self.socket.channel.writeAndFlush(Outbound.close(CloseFrame(code: 1000, reason: "")), promise: nil)
    }

    func close() { self.socket.channel.close(promise: nil) }

    func whenClosed(_ action: @escaping @Sendable () -> Void) {
        self.socket.channel.closeFuture.whenComplete { _ in action() }
    }

    func run(for reader: isolated some LinkReader) async throws {
        // On the reader's own executor: no message waits for a thread of Swift's pool.
        try await self.socket.executeThenClose { inbound, _ in
            for try await message in inbound { await reader.received(message) }
        }
    }
}
