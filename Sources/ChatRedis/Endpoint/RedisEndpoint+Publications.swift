internal import ChatCore
internal import Logging
internal import NIOCore

// What comes over the connection for publications, and to whom it goes.
extension RedisEndpoint {
    /// Takes everything that one read of the socket brought.
    func received(_ pushes: [RedisPush]) {
        self.subscriptions.received()
        let now = NIODeadline.now()
        for push in pushes {
            switch push {
            case .message(let channel, let payload):
                // A channel that has moved may still be heard here for a moment, and a change of members counts once.
                guard self.member == nil || self.subscriptions.isLive(channel) else { continue }
                self.hearing.receivedSomething(now)
                if self.listener?.published(payload, on: channel) != true { self.receivedOwn(payload, on: channel) }
            case .subscribed(let channel):
                self.hearing.receivedSomething(now)
                guard self.subscriptions.confirmed(channel) else { continue }
                if channel == self.hearing.channel { self.hearing.sendProbes() }
                self.listener?.isHeard(channel)
            case .unsubscribed(let channel):
                if self.subscriptions.ended(channel) { self.listener?.isUnheard(channel) }
            case .pong: self.subscriptions.answeredPing()
            case .error(let text):
                self.hearing.receivedSomething(now)
                self.refusedSubscription(text)
            }
        }
        self.tell(.heard)
    }

    /// Takes a message on a channel that is not a room's.
    private func receivedOwn(_ payload: ByteBuffer, on channel: ChannelName) {
        if channel == self.hearing.channel {
            self.hearing.heard(payload)
        } else if channel == ChannelName(self.keys.control) {
            self.tell(.control(payload))
        } else if channel == ChannelName(self.keys.listChannel) {
            self.tell(.listed)
        }
    }

    /// Redis refused a command of the subscribed connection; the connection stays open.
    private func refusedSubscription(_ text: String) {
        if let reason = BrokerError.reasonToLeave(in: text) { return self.subscriptions.close(reason) }
        if self.member != nil, let redirection = Redirection(text) {
            if case .moved(let slot, _) = redirection {
                self.subscriptions.refused(slot: slot)
            } else {
                self.subscriptions.refused(slot: nil)
            }
            return self.tell(.redirected(redirection))
        }
        guard let channel = self.subscriptions.refused() else { return }
        let reason = BrokerError(redis: text)
        self.listener?.refused(channel, reason)
        guard self.health.isNews(reason, .now()) else { return }
        self.logger.warning("Redis refuses a subscription", metadata: ["reason": "\(reason.reason)"])
    }
}
