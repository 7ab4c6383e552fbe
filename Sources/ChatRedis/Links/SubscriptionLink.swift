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
    /// The channels that are not sharded; nil: none are.
    private let ordinary: Set<ChannelName>?
    private var wanted: [ChannelName] = []
    private var willFlush = false
    private var lastReceived = NIODeadline.now()
    private var pingedAt: NIODeadline?
    private var commands = SubscriptionsUnderWay()
    /// The channels that Redis has refused; they are tried again after a while, since an operator may have changed the
    /// user's rights.
    private var refusals: Set<ChannelName> = []
    private var retriesAt = NIODeadline.now()
    /// The time for which a channel stays refused.
    private static let refusalInterval = TimeAmount.seconds(30)
    /// The same when only its slot was not there.
    private static let moveInterval = TimeAmount.milliseconds(200)

    /// Makes a link.
    ///
    /// - Parameters:
    ///   - eventLoop: The loop of the broker.
    ///   - liveness: The times after which the connection counts as dead.
    ///   - first: The channel that is subscribed before all others.
    ///   - ordinary: The channels that are not sharded; nil: none are.
    init(
        on eventLoop: any EventLoop,
        _ liveness: RedisConfiguration.Liveness,
        first: ChannelName,
        ordinary: Set<ChannelName>? = nil
    ) {
        (self.first, self.ordinary) = (first, ordinary)
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
        let slot = self.slot(of: channel)
        let word = slot == nil ? "UNSUBSCRIBE" : "SUNSUBSCRIBE"
        self.send(.unsubscribe(channel), RedisCommand(word, channel.rawValue), slot)
    }

    /// The channel is at another server from now on, and this one ends the subscription by itself.
    func forget(_ channel: ChannelName) {
        self.table.forget(channel)
        self.refusals.remove(channel)
    }

    /// The slot of a sharded channel; nil: it is an ordinary one.
    private func slot(of channel: ChannelName) -> HashSlot? {
        guard let ordinary, !ordinary.contains(channel) else { return nil }
        return HashSlot(of: channel.rawValue)
    }

    private func send(_ command: SubscriptionsUnderWay.Command, _ words: RedisCommand, _ slot: HashSlot? = nil) {
        guard let handler else { return }
        self.commands.sent(command, slot: slot)
        handler.send(words)
    }

    /// Whether everything that is published there arrives.
    func isLive(_ channel: ChannelName) -> Bool { self.table.isLive(channel) }

    /// Redis confirmed a subscription; returns whether it is the latest one.
    func confirmed(_ channel: ChannelName) -> Bool {
        self.commands.confirmed(channel)
        self.retryUnanswered()
        return self.table.confirmed(channel) == .live
    }

    /// Redis ended a subscription; returns whether nobody has asked it to.
    func ended(_ channel: ChannelName) -> Bool {
        self.commands.ended(channel)
        self.retryUnanswered()
        return self.table.ended(channel)
    }

    /// Redis answered a ping.
    func answeredPing() {
        self.commands.answeredPing()
        self.retryUnanswered()
    }

    private func retryUnanswered() {
        let missing = self.commands.takeUnanswered().filter { self.table.refused($0) }
        self.retry(missing, after: Self.moveInterval)
    }

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
        self.retry([channel], after: Self.refusalInterval)
        return channel
    }

    /// A server of a Cluster refused a command since it has not got the slot, or serves none at present; what is still
    /// wanted here after a moment is tried again.
    func refused(slot: HashSlot?) {
        guard case .subscribe(let channels) = self.commands.refused(slot: slot) else { return }
        self.retry(channels.filter { self.table.refused($0) }, after: Self.moveInterval)
    }

    private func retry(_ channels: [ChannelName], after interval: TimeAmount) {
        guard !channels.isEmpty else { return }
        let time = NIODeadline.now() + interval
        self.retriesAt = self.refusals.isEmpty ? time : min(self.retriesAt, time)
        self.refusals.formUnion(channels)
    }

    private func subscribeAlone(_ channel: ChannelName) {
        guard self.table.want(channel) == .subscribe else { return }
        self.subscribe([channel], self.slot(of: channel))
    }

    private func flush() {
        self.willFlush = false
        let wanted = self.wanted
        self.wanted = []
        guard self.ordinary != nil else { return self.subscribe(wanted[...], nil) }
        // A command may name channels of one slot alone.
        var slots: [HashSlot?: [ChannelName]] = [:]
        for channel in wanted { slots[self.slot(of: channel), default: []].append(channel) }
        for (slot, channels) in slots { self.subscribe(channels[...], slot) }
    }

    /// The command that subscribes one channel.
    func command(for channel: ChannelName) -> RedisCommand {
        RedisCommand(self.slot(of: channel) == nil ? "SUBSCRIBE" : "SSUBSCRIBE", channel.rawValue)
    }

    private func subscribe(_ channels: ArraySlice<ChannelName>, _ slot: HashSlot?) {
        var rest = channels
        while !rest.isEmpty {
            var command = RedisCommand(slot == nil ? "SUBSCRIBE" : "SSUBSCRIBE")
            let channels = Array(rest.prefix(Self.batch))
            for channel in channels { command.append(channel.rawValue) }
            rest = rest.dropFirst(Self.batch)
            self.send(.subscribe(channels), command, slot)
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
        guard !self.refusals.isEmpty, now >= self.retriesAt else { return }
        let refusals = self.refusals
        self.refusals = []
        for channel in refusals { self.subscribe(channel) }
    }
}
