internal import ChatCore
internal import Logging
internal import NIOCore

extension RedisBroker {
    /// How often the broker sees to what depends on time.
    private static let tick = TimeAmount.milliseconds(250)
    /// The most rooms that are let go of at once.
    private static let roomsAtOnce = 256

    /// Begins to see to deadlines, connections that may be dead, and what is due.
    func startTicking() {
        self.eventLoop.assumeIsolated().scheduleTask(in: Self.tick) { [weak self] in
            self?.assumeIsolated {
                $0.tick(.now())
                $0.startTicking()
            }
        }
    }

    private func tick(_ now: NIODeadline) {
        self.commands.tick(now)
        if self.logLink !== self.commands { self.logLink.tick(now) }
        self.expireCommits(now)
        self.subscriptions.tick(now)
        if let (count, room) = self.drops.take(now) {
            self.logger.warning(
                "publications were dropped: they are no messages, or stand in no log",
                metadata: ["publications": "\(count)", "room": "\(room)"]
            )
        }
        self.listen(now)
        if self.commands.isActive { self.keepIndex(now) }
        for _ in 0..<Self.roomsAtOnce {
            guard let subscription = self.lingering.next(now) else { break }
            self.letGo(subscription, now)
        }
        self.proceedWithRooms()
        self.askForLook(now)
    }

    /// Ends a subscription that nobody has wanted for long enough.
    private func letGo(_ subscription: RoomSubscription, _ now: NIODeadline) {
        guard let idleSince = subscription.idleSince, self.channels[subscription.channel] === subscription,
            now - idleSince >= TimeAmount(self.configuration.linger)
        else { return }
        self.channels[subscription.channel] = nil
        self.subscriptions.unsubscribe(subscription.channel)
    }
}
