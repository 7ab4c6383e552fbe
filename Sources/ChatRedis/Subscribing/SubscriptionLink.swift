internal import ChatCore
internal import NIOCore

/// The connection that publications arrive on, whether it stands or not: the shell around ``SubscriptionTable``.
///
/// It belongs to the broker and is used in its isolation only.
final class SubscriptionLink {
    /// The most channels in one command: Redis does nothing else while it works on one.
    static let batch = 256

    private var table = SubscriptionTable()
    private var handler: RedisChannelHandler?
    private let eventLoop: any EventLoop
    private let liveness: RedisBroker.Liveness
    private var wanted: [ChannelName] = []
    private var willFlush = false
    private var lastReceived = NIODeadline.now()
    private var pingedAt: NIODeadline?

    init(on eventLoop: any EventLoop, _ liveness: RedisBroker.Liveness) {
        self.eventLoop = eventLoop
        self.liveness = liveness
    }

    var isActive: Bool { self.handler != nil }

    // MARK: Channels

    func subscribe(_ channel: ChannelName) {
        guard self.table.want(channel) == .subscribe else { return }
        self.wanted.append(channel)
        guard !self.willFlush else { return }
        self.willFlush = true
        // Rooms that are joined in one tick are asked for together.
        self.eventLoop.assumeIsolated().execute { self.flush() }
    }

    func unsubscribe(_ channel: ChannelName) {
        self.flush()
        guard self.table.unwant(channel) == .unsubscribe else { return }
        self.handler?.send(RedisCommand("UNSUBSCRIBE", channel.rawValue))
    }

    /// Whether everything that is published there arrives.
    func isLive(_ channel: ChannelName) -> Bool { self.table.isLive(channel) }

    /// Redis confirmed a subscription; tells whether it is the one that counts.
    func confirmed(_ channel: ChannelName) -> Bool { self.table.confirmed(channel) == .live }

    private func flush() {
        self.willFlush = false
        var rest = self.wanted[...]
        self.wanted = []
        while !rest.isEmpty {
            var command = RedisCommand("SUBSCRIBE")
            for channel in rest.prefix(Self.batch) { command.append(channel.rawValue) }
            rest = rest.dropFirst(Self.batch)
            self.handler?.send(command)
        }
    }

    // MARK: The connection

    /// A connection stands: all that is wanted is asked for again.
    func opened(_ handler: RedisChannelHandler) {
        self.handler = handler
        self.lastReceived = .now()
        self.pingedAt = nil
        self.wanted = self.table.connected()
        self.flush()
    }

    func closed() {
        self.handler = nil
        self.wanted = []
        self.table.disconnected()
    }

    func close(_ reason: BrokerError) { self.handler?.close(reason) }

    func received() { self.lastReceived = .now() }

    /// Asks a silent connection whether it lives, and gives it up when it does not answer.
    func tick(_ now: NIODeadline) {
        guard let handler else { return }
        if let pingedAt, self.lastReceived < pingedAt {
            if now - pingedAt > TimeAmount(self.liveness.answerTimeout) { handler.close(.isSlow) }
        } else if now - self.lastReceived > TimeAmount(self.liveness.pingInterval) {
            self.pingedAt = now
            handler.send(RedisCommand("PING"))
        }
    }
}
