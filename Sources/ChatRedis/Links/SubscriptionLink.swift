internal import ChatCore
internal import NIOCore

/// The connection for publications, whether it is open or not: the shell around ``SubscriptionTable``.
///
/// It belongs to the broker and is used in its isolation only.
final class SubscriptionLink {
    /// The most channels in one command: Redis does nothing else while it works on one.
    static let batch = 256

    private var table = SubscriptionTable()
    private var handler: RedisChannelHandler?
    private let eventLoop: any EventLoop
    private let liveness: RedisConfiguration.Liveness
    /// The channel that is subscribed before all others.
    private let first: ChannelName
    private var wanted: [ChannelName] = []
    private var willFlush = false
    private var lastReceived = NIODeadline.now()
    private var pingedAt: NIODeadline?
    private var commands = SubscriptionsUnderWay()
    /// The channels that Redis has refused; they are tried again after a while, since an operator may have changed the
    /// user's rights.
    private var refusals: Set<ChannelName> = []
    private var refusedAt = NIODeadline.now()
    /// The time for which a channel stays refused.
    private static let refusalInterval = TimeAmount.seconds(30)

    init(on eventLoop: any EventLoop, _ liveness: RedisConfiguration.Liveness, first: ChannelName) {
        self.first = first
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
        // Rooms that are joined in one tick are subscribed together.
        self.eventLoop.assumeIsolated().execute { self.flush() }
    }

    func unsubscribe(_ channel: ChannelName) {
        self.flush()
        guard self.table.unwant(channel) == .unsubscribe else { return }
        self.refusals.remove(channel)
        self.send(.unsubscribe, RedisCommand("UNSUBSCRIBE", channel.rawValue))
    }

    private func send(_ command: SubscriptionsUnderWay.Command, _ words: RedisCommand) {
        guard let handler else { return }
        self.commands.sent(command)
        handler.send(words)
    }

    /// Whether everything that is published there arrives.
    func isLive(_ channel: ChannelName) -> Bool { self.table.isLive(channel) }

    /// Redis confirmed a subscription; returns whether it is the latest one.
    func confirmed(_ channel: ChannelName) -> Bool {
        self.commands.answered()
        return self.table.confirmed(channel) == .live
    }

    /// Redis answered something other than a subscription.
    func answered() { self.commands.answered() }

    /// Redis refused a command.
    ///
    /// One channel of several may be the reason: each of them is then tried separately.
    ///
    /// - Returns: The refused channel, if the command had only one.
    func refused() -> ChannelName? {
        guard case .subscribe(let channels) = self.commands.refused() else { return nil }
        let missing = channels.filter { self.table.refused($0) }
        guard channels.count == 1, let channel = missing.first else {
            for channel in missing { self.subscribeAlone(channel) }
            return nil
        }
        if self.refusals.isEmpty { self.refusedAt = self.lastReceived }
        self.refusals.insert(channel)
        return channel
    }

    private func subscribeAlone(_ channel: ChannelName) {
        guard self.table.want(channel) == .subscribe else { return }
        self.send(.subscribe([channel]), RedisCommand("SUBSCRIBE", channel.rawValue))
    }

    private func flush() {
        self.willFlush = false
        var rest = self.wanted[...]
        self.wanted = []
        while !rest.isEmpty {
            var command = RedisCommand("SUBSCRIBE")
            let channels = Array(rest.prefix(Self.batch))
            for channel in channels { command.append(channel.rawValue) }
            rest = rest.dropFirst(Self.batch)
            self.send(.subscribe(channels), command)
        }
    }

    // MARK: The connection

    /// A connection was established: subscribes all wanted channels again.
    func opened(_ handler: RedisChannelHandler) {
        self.handler = handler
        self.lastReceived = .now()
        self.pingedAt = nil
        self.wanted = self.table.connected()
        if let index = self.wanted.firstIndex(of: self.first) { self.wanted.swapAt(0, index) }
        self.flush()
    }

    func closed() {
        self.handler = nil
        self.wanted = []
        self.refusals = []
        self.commands.disconnected()
        self.table.disconnected()
    }

    func close(_ reason: BrokerError) { self.handler?.close(reason) }

    func received() { self.lastReceived = .now() }

    /// Pings a silent connection, and gives it up when it does not answer.
    func tick(_ now: NIODeadline) {
        guard let handler else { return }
        if let pingedAt, self.lastReceived < pingedAt {
            if now - pingedAt > TimeAmount(self.liveness.answerTimeout) { handler.close(.isSlow) }
        } else if now - self.lastReceived > TimeAmount(self.liveness.pingInterval) {
            self.pingedAt = now
            self.send(.ping, RedisCommand("PING"))
        }
        guard !self.refusals.isEmpty, now - self.refusedAt > Self.refusalInterval else { return }
        let refusals = self.refusals
        self.refusals = []
        for channel in refusals { self.subscribeAlone(channel) }
    }
}
