/// The wanted channels, and those that Redis has confirmed, over any number of connections.
struct SubscriptionTable {
    private struct Wish {
        var isWanted = true
        /// Subscriptions that were requested on this connection and not confirmed yet.
        ///
        /// Confirmations come in the order of the commands: only the last one means that the channel is subscribed
        /// *now*.
        var unconfirmed = 0
        var isLive = false
    }

    private var channels: [ChannelName: Wish] = [:]
    private var isConnected = false

    enum OnWant: Equatable {
        /// Subscribe it at Redis.
        case subscribe
        /// It is wanted already, or will be subscribed when there is a connection.
        case none
    }

    mutating func want(_ name: ChannelName) -> OnWant {
        if let known = self.channels[name], known.isWanted {
            let wasRefused = self.isConnected && !known.isLive && known.unconfirmed == 0
            guard wasRefused else { return .none }
        }
        self.channels[name, default: Wish()].isWanted = true
        guard self.isConnected else { return .none }
        self.channels[name]?.unconfirmed += 1
        return .subscribe
    }

    enum OnUnwant: Equatable {
        /// Unsubscribe it at Redis.
        case unsubscribe
        /// Redis knows nothing of it.
        case none
    }

    mutating func unwant(_ name: ChannelName) -> OnUnwant {
        guard var channel = self.channels[name], channel.isWanted else { return .none }
        channel.isWanted = false
        channel.isLive = false
        self.channels[name] = channel.unconfirmed > 0 ? channel : nil
        return self.isConnected ? .unsubscribe : .none
    }

    enum OnConfirmed: Equatable {
        /// From now on, everything that is published there arrives.
        case live
        /// It confirms a subscription that was ended since.
        case none
    }

    mutating func confirmed(_ name: ChannelName) -> OnConfirmed {
        guard var channel = self.channels[name], channel.unconfirmed > 0 else { return .none }
        channel.unconfirmed -= 1
        let becomesLive = channel.isWanted && channel.unconfirmed == 0 && !channel.isLive
        channel.isLive = channel.isLive || becomesLive
        self.channels[name] = channel.isWanted || channel.unconfirmed > 0 ? channel : nil
        return becomesLive ? .live : .none
    }

    /// Redis refused it; the next caller that wants it tries again.
    ///
    /// - Returns: Whether it is wanted and no request for it is under way.
    mutating func refused(_ name: ChannelName) -> Bool {
        guard var channel = self.channels[name], channel.unconfirmed > 0 else { return false }
        channel.unconfirmed -= 1
        self.channels[name] = channel.isWanted || channel.unconfirmed > 0 ? channel : nil
        return channel.isWanted && channel.unconfirmed == 0 && !channel.isLive
    }

    /// Redis has ended a subscription; returns whether it is one that is wanted, and nobody has asked for its end.
    mutating func ended(_ name: ChannelName) -> Bool {
        guard let channel = self.channels[name], channel.isWanted, channel.isLive else { return false }
        self.channels[name]?.isLive = false
        return true
    }

    /// It is subscribed elsewhere from now on.
    mutating func forget(_ name: ChannelName) { self.channels[name] = nil }

    /// A connection was established.
    ///
    /// - Returns: The channels to subscribe.
    mutating func connected() -> [ChannelName] {
        self.isConnected = true
        for name in self.channels.keys { self.channels[name]?.unconfirmed = 1 }
        return Array(self.channels.keys)
    }

    /// The connection is lost, and every subscription with it.
    mutating func disconnected() {
        self.isConnected = false
        self.channels = self.channels.filter(\.value.isWanted).mapValues { _ in Wish() }
    }

    /// Whether everything that is published there arrives.
    func isLive(_ name: ChannelName) -> Bool { self.channels[name]?.isLive == true }
}
