package import ChatCore
package import NIOCore
internal import NIOTLS

/// Joins a socket to the owner of the connection: it turns bytes into replies, and commands into bytes.
///
/// Commands of one tick of the event loop leave in one write; replies of one read arrive in one event. It lives on its
/// event loop, as its owner does.
package final class RedisChannelHandler: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    /// The purpose of the connection; a subscribed one gets pushes and no replies.
    package enum Role { case commands, log, subscriptions }

    /// The events for the owner.
    package enum Event: Equatable {
        /// It is established; these are the answers to the handshake.
        case opened([RedisReply])
        case replies([RedisReply])
        case pushes([RedisPush])
        case closed(BrokerError)
    }

    /// The longest time for log-in and loading of scripts.
    static let handshakeTimeout = TimeAmount.seconds(5)

    /// The most memory for commands that is kept for the next ones.
    private static let keptBytes = 64 * 1024

    private let role: Role
    private let handshake: [RedisCommand]
    private let owner: (Event) -> Void
    private var machine = RedisConnectionMachine()
    private let reader = HiredisReader()
    private var context: ChannelHandlerContext?
    private var timeout: Scheduled<Void>?
    private var outbound = ByteBuffer()
    private var willFlush = false
    /// Whether no TLS handshake is pending: a server without TLS may just wait for more.
    private var isSecured: Bool
    private var replies: [RedisReply] = []
    private var pushes: [RedisPush] = []

    /// Makes the handler of one connection.
    ///
    /// - Parameters:
    ///   - role: The purpose of the connection.
    ///   - handshake: Sent at once; each command must be answered without error.
    ///   - usesTLS: Whether a handler before it secures the connection.
    ///   - owner: Called on the event loop.
    package init(
        _ role: Role,
        handshake: [RedisCommand],
        usesTLS: Bool = false,
        owner: @escaping (Event) -> Void
    ) {
        self.isSecured = !usesTLS
        self.role = role
        self.handshake = handshake
        self.owner = owner
    }

    // MARK: Outbound

    /// Sends a command with the others of this tick.
    ///
    /// - Parameters:
    ///   - command: The command, or the middle of one.
    ///   - head: The arguments before it.
    ///   - tail: The arguments after it.
    package func send(
        _ command: RedisCommand,
        after head: RedisCommand = RedisCommand(),
        then tail: RedisCommand = RedisCommand()
    ) {
        guard let context else { return }
        self.outbound.writeRedisCommand(command, after: head, then: tail)
        guard !self.willFlush else { return }
        self.willFlush = true
        context.eventLoop.assumeIsolated().execute { self.flush() }
    }

    private func flush() {
        self.willFlush = false
        guard let context, self.outbound.readableBytes > 0 else { return }
        var bytes = self.outbound
        self.outbound = ByteBuffer()
        context.writeAndFlush(self.wrapOutboundOut(bytes), promise: nil)
        guard self.outbound.readableBytes == 0, bytes.capacity <= Self.keptBytes else { return }
        // The socket has mostly taken all of it by now, and the memory serves the next commands.
        bytes.clear()
        self.outbound = bytes
    }

    /// Closes the connection; the owner is told when it is closed.
    package func close(_ reason: BrokerError) {
        switch self.machine.close(reason) {
        case .close: self.context?.close(promise: nil)
        case .none: break
        }
    }

    // MARK: Inbound

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        // Until now there was nothing to close, and a server that answers nobody would be waited for.
        guard !self.machine.isGivenUp else { return context.close(promise: nil) }
        if context.channel.isActive { self.open(context) }
    }

    package func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    package func channelActive(context: ChannelHandlerContext) { self.open(context) }

    private func open(_ context: ChannelHandlerContext) {
        switch self.machine.connected(self.handshake) {
        case .none: context.close(promise: nil)
        case .send(let commands):
            for command in commands { self.send(command) }
            self.timeout = context.eventLoop.assumeIsolated().scheduleTask(in: Self.handshakeTimeout) {
                guard self.machine.handshakeTimedOut(isSecured: self.isSecured) == .close else { return }
                self.context?.close(promise: nil)
            }
        }
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do throws(RESPError) {
            try self.reader.feed(self.unwrapInboundIn(data))
            try self.parse(context)
        } catch {
            self.close(.isUnintelligible)
        }
    }

    private func parse(_ context: ChannelHandlerContext) throws(RESPError) {
        while true {
            if self.role == .subscriptions, self.machine.isActive {
                guard let push = try self.reader.nextPush() else { return }
                self.pushes.append(push)
                continue
            }
            guard let reply = try self.reader.next() else { return }
            switch self.machine.received(reply) {
            case .wait, .ignore: break
            case .deliver: self.replies.append(reply)
            case .activate(let answers):
                self.timeout?.cancel()
                self.owner(.opened(answers))
            case .close: context.close(promise: nil)
            }
        }
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted = event as? TLSUserEvent { self.isSecured = true }
        context.fireUserInboundEventTriggered(event)
    }

    package func channelReadComplete(context: ChannelHandlerContext) { self.report() }

    private func report() {
        if !self.replies.isEmpty {
            let replies = self.replies
            self.replies.removeAll(keepingCapacity: true)
            self.owner(.replies(replies))
        }
        if !self.pushes.isEmpty {
            let pushes = self.pushes
            self.pushes.removeAll(keepingCapacity: true)
            self.owner(.pushes(pushes))
        }
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.close(BrokerError(connection: error))
    }

    package func channelInactive(context: ChannelHandlerContext) {
        // Replies that arrived whole before the end still count.
        self.report()
        self.timeout?.cancel()
        switch self.machine.closed() {
        case .report(let reason): self.owner(.closed(reason))
        case .none: break
        }
    }
}
