internal import ChatCore
internal import Logging
internal import NIOCore

extension RedisBroker {
    /// How often is looked after what depends on time.
    private static let tick = TimeAmount.milliseconds(250)
    /// The most rooms whose heads are compared in one tick.
    private static let checksPerTick = 100

    /// Begins to look after deadlines, connections that may be dead, and quiet rooms.
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
        if self.commands.isActive, self.index.prune(now: now) { self.pruneIndex() }
        let interval = TimeAmount(self.configuration.headCheckInterval)
        let linger = TimeAmount(self.configuration.linger)
        var checks = 0
        for subscription in self.channels.values {
            if let idleSince = subscription.idleSince, now - idleSince > linger {
                self.channels[subscription.channel] = nil
                self.subscriptions.unsubscribe(subscription.channel)
                continue
            }
            if let sweepAt = subscription.sweepAt, sweepAt <= now, self.commands.isActive {
                subscription.sweepAt = nil
                self.sweep(subscription.room)
            }
            guard self.logLink.isActive, checks < Self.checksPerTick else { continue }
            let quiet = now - subscription.lastActivity
            // What could not be read before is tried again soon, but not at once.
            guard quiet > interval || (subscription.feed.needsRead && quiet > .seconds(1)) else { continue }
            checks += 1
            self.check(subscription)
        }
    }
}
