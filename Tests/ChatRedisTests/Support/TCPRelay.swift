import NIOCore
import NIOPosix
import Synchronization
import TestSupport

/// A relay before a Redis that can swallow what goes over a connection, without ending it: a network that is gone.
final class TCPRelay: Sendable {
    /// What a connection is used for, as its bytes show.
    enum Kind: Hashable, Sendable { case commands, subscriptions }

    fileprivate struct State {
        var connections: [ObjectIdentifier: Connection] = [:]
        var accepted = 0
        var swallowedAnswers = 0
        /// What leads nowhere until it is healed.
        var isolated: Kind?
        /// Whether all confirmations but the first of a connection are swallowed until that is healed.
        var swallowsConfirmations = false
        /// Where new connections lead.
        var port = 0
    }

    private let server: any Channel
    private let state: Box

    /// The state and its lock, for handlers that outlive the relay's start.
    fileprivate final class Box: Sendable {
        let value = Mutex(State())
    }

    /// One client, and the server on its behalf.
    final class Connection: Sendable {
        /// What becomes of the bytes that come.
        private enum Way { case passes, swallowsPublications, swallowsConfirmations, swallowsAnswers, swallowsAll }

        private static let confirmation = Array("\r\nsubscribe\r\n".utf8)

        fileprivate let client: any Channel
        private let relay: Box
        private let state = Mutex((kind: Kind.commands, way: Way.passes))

        fileprivate init(_ client: any Channel, _ relay: Box) {
            self.client = client
            self.relay = relay
        }

        var kind: Kind { self.state.withLock { $0.kind } }

        func swallow() { self.state.withLock { $0.way = .swallowsAll } }
        func swallowPublications() { self.state.withLock { $0.way = .swallowsPublications } }
        func swallowAnswers() { self.state.withLock { $0.way = .swallowsAnswers } }

        /// Whether bytes that came from the client or the server are handed on.
        func passes(_ bytes: ByteBuffer, fromClient: Bool) -> Bool {
            self.state.withLock { state in
                if fromClient, bytes.readableBytesView.firstRange(of: Array("SUBSCRIBE".utf8)) != nil {
                    state.kind = .subscriptions
                }
                if self.relay.value.withLock({ $0.isolated }) == state.kind { state.way = .swallowsAll }
                let isConfirmation = !fromClient && bytes.readableBytesView.firstRange(of: Self.confirmation) != nil
                defer {
                    if isConfirmation, self.relay.value.withLock({ $0.swallowsConfirmations }) {
                        state.way = .swallowsConfirmations
                    }
                }
                let mark = Array("\r\nmessage\r\n".utf8)
                return switch state.way {
                case .passes: true
                case .swallowsConfirmations: !isConfirmation
                case .swallowsAnswers: fromClient
                case .swallowsPublications: fromClient || bytes.readableBytesView.firstRange(of: mark) == nil
                case .swallowsAll: false
                }
            }
        }
    }

    /// Starts a relay for as long as the body runs.
    static func with(_ target: RedisServerProcess, _ body: (TCPRelay) async throws -> Void) async throws {
        let box = Box()
        box.value.withLock { $0.port = target.port }
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { client in
                let connection = Connection(client, box)
                let port = box.value.withLock { state in
                    state.accepted += 1
                    state.connections[ObjectIdentifier(connection)] = connection
                    return state.port
                }
                return ClientBootstrap(group: client.eventLoop)
                    .connectTimeout(.patient)
                    .connect(host: "127.0.0.1", port: port)
                    .flatMapThrowing { server in
                        let ends = [(client, server, true), (server, client, false)]
                        for (from, to, isClient) in ends {
                            let forwarder = Forwarder(to, connection, isClient) {
                                box.value.withLock { $0.swallowedAnswers += 1 }
                            }
                            try from.pipeline.syncOperations.addHandler(forwarder)
                        }
                        client.closeFuture.whenComplete { _ in
                            box.value.withLock { $0.connections[ObjectIdentifier(connection)] = nil }
                        }
                    }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let relay = TCPRelay(server, box)
        let result: Result<Void, any Error>
        do { result = .success(try await body(relay)) } catch { result = .failure(error) }
        try await server.close()
        try result.get()
    }

    private init(_ server: any Channel, _ state: Box) {
        self.server = server
        self.state = state
    }

    var url: String { "redis://127.0.0.1:\(self.server.localAddress?.port ?? 0)" }

    /// How many connections there have been.
    var accepted: Int { self.state.value.withLock { $0.accepted } }

    /// How often something that Redis said was swallowed.
    var swallowedAnswers: Int { self.state.value.withLock { $0.swallowedAnswers } }

    private func connections(_ kind: Kind) -> [Connection] {
        self.state.value.withLock { Array($0.connections.values) }.filter { $0.kind == kind }
    }

    /// Lets new connections lead to another server.
    func lead(to target: RedisServerProcess) { self.state.value.withLock { $0.port = target.port } }

    /// Swallows what is published, and nothing else, on the connections that there are.
    func swallowPublications() {
        for connection in self.connections(.subscriptions) { connection.swallowPublications() }
    }

    /// Swallows all that goes over the connections of a kind from now on; those that are made later are well.
    func blackhole(_ kind: Kind) { for connection in self.connections(kind) { connection.swallow() } }

    /// Swallows all that goes over the connections of a kind, those that are made later too, until `heal()`.
    func isolate(_ kind: Kind) { self.state.value.withLock { $0.isolated = kind } }

    /// Swallows what Redis confirms, but for the first subscription of a connection, and hands on all else; until
    /// `heal()`.
    func swallowConfirmations() { self.state.value.withLock { $0.swallowsConfirmations = true } }

    /// Lets new connections be well again; those that were swallowed lead nowhere for ever.
    func heal() {
        self.state.value.withLock {
            $0.isolated = nil
            $0.swallowsConfirmations = false
        }
    }

    /// Swallows what Redis says over the connections of a kind from now on, and hands on what it is told.
    func swallowAnswers(_ kind: Kind) { for connection in self.connections(kind) { connection.swallowAnswers() } }

    /// Ends the connections of a kind.
    func cut(_ kind: Kind) { for connection in self.connections(kind) { connection.client.close(promise: nil) } }

    /// Hands bytes on, and the end of the connection.
    private final class Forwarder: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let peer: any Channel
        private let connection: Connection
        private let isClient: Bool
        private let onSwallowedAnswer: @Sendable () -> Void

        init(
            _ peer: any Channel,
            _ connection: Connection,
            _ isClient: Bool,
            _ onSwallowedAnswer: @escaping @Sendable () -> Void
        ) {
            self.peer = peer
            self.connection = connection
            self.isClient = isClient
            self.onSwallowedAnswer = onSwallowedAnswer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = self.unwrapInboundIn(data)
            if self.connection.passes(bytes, fromClient: self.isClient) {
                self.peer.writeAndFlush(bytes, promise: nil)
            } else if !self.isClient {
                self.onSwallowedAnswer()
            }
        }

        func channelInactive(context: ChannelHandlerContext) { self.peer.close(promise: nil) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
