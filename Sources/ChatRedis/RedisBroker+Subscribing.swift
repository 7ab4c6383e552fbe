package import ChatCore
internal import ChatSystem
internal import Logging
internal import NIOCore

extension RedisBroker {
    /// How many messages a feed asks for at once.
    static let feedPage = 500

    package func subscribe(
        _ room: RoomName,
        _ subscriber: any BrokerSubscriber
    ) async throws(BrokerError) -> LogPosition {
        let subscription = self.subscription(room)
        let outlet = self.outlet(subscriber)
        let isNew = subscription.add(outlet)
        if isNew { outlet.uses += 1 }
        do {
            return try await self.head(subscription)
        } catch {
            if isNew { self.remove(outlet, from: subscription) }
            throw error
        }
    }

    package func unsubscribe(_ room: RoomName, _ subscriber: any BrokerSubscriber) async {
        guard let subscription = self.channels[self.channel(room)],
            let outlet = self.outlets[ObjectIdentifier(subscriber)]
        else { return }
        self.remove(outlet, from: subscription)
    }

    private func subscription(_ room: RoomName) -> RoomSubscription {
        let channel = self.channel(room)
        if let known = self.channels[channel] { return known }
        let subscription = RoomSubscription(room, channel: channel, textLimit: self.configuration.limits.textBytes)
        self.channels[channel] = subscription
        self.subscriptions.subscribe(channel)
        self.beginLooking(subscription, .now())
        return subscription
    }

    func outlet(_ subscriber: any BrokerSubscriber) -> SubscriberOutlet {
        let id = ObjectIdentifier(subscriber)
        if let known = self.outlets[id] { return known }
        let outlet = SubscriberOutlet(subscriber)
        self.outlets[id] = outlet
        return outlet
    }

    private func remove(_ outlet: SubscriberOutlet, from subscription: RoomSubscription) {
        guard subscription.remove(outlet) else { return }
        if subscription.idleSince != nil {
            self.lingering.schedule(subscription, at: .now() + TimeAmount(self.configuration.linger))
        }
        outlet.uses -= 1
        if outlet.uses == 0 { self.outlets[ObjectIdentifier(outlet.subscriber)] = nil }
    }

    /// The head of a room's log, read after the subscription came to stand.
    private func head(_ subscription: RoomSubscription) async throws(BrokerError) -> LogPosition {
        guard subscription.feed.position != nil, self.subscriptions.isLive(subscription.channel) else {
            // Where Redis has refused it, it is asked again.
            self.subscriptions.subscribe(subscription.channel)
            return try await withCheckedContinuation { continuation in
                let patience = TimeAmount(self.configuration.patience)
                subscription.wait(Waiter(continuation, patience: patience, on: self.eventLoop))
                // It may stand in line to be read; whoever joins does not.
                if self.subscriptions.isLive(subscription.channel) { self.resume(subscription) {} }
            }.get()
        }
        // The feed may lag behind the log: what a caller has just stored must not lie above the head it is given.
        let reply = try await self.perform(
            self.readRequest(subscription.room, "head", 0, limit: 0, makesEpoch: true)
        )
        guard let page = LogReading(reply)?.page else { throw .isUnintelligible }
        if page.epoch != subscription.feed.position?.epoch { self.check(subscription) }
        return page.headPosition
    }

    // MARK: What arrives

    /// Takes all that one read of the socket brought.
    func received(_ pushes: [RedisPush]) {
        self.subscriptions.received()
        let now = NIODeadline.now()
        for push in pushes {
            switch push {
            case .message(let channel, let payload):
                self.hearing.receivedSomething(at: now)
                guard let subscription = self.channels[channel] else {
                    self.receivedService(channel, payload)
                    continue
                }
                self.received(payload, in: subscription)
            case .subscribed(let channel):
                guard self.subscriptions.confirmed(channel) else { continue }
                if channel == self.nodeChannel { self.sendProbes() }
                guard let subscription = self.channels[channel] else { continue }
                // Whoever waits comes first; a hundred thousand rooms that are subscribed again are read one by one.
                if subscription.isAwaited {
                    self.resume(subscription) {}
                } else {
                    self.schedule(.resume, subscription, at: .now())
                }
            case .unsubscribed, .pong: self.subscriptions.answered()
            case .error(let text): self.refusedSubscription(text)
            }
        }
        self.proceedWithRooms()
        self.flush()
    }

    /// Redis refused a command of the subscribed connection, which goes on.
    private func refusedSubscription(_ text: String) {
        if let reason = BrokerError.reasonToLeave(in: text) { return self.subscriptions.close(reason) }
        guard let channel = self.subscriptions.refused() else { return }
        let reason = BrokerError(redis: text)
        self.channels[channel]?.fail(reason)
        guard self.outages.isNews(reason, .now()) else { return }
        self.logger.warning("Redis refuses a subscription", metadata: ["reason": "\(reason.reason)"])
    }

    private func received(_ payload: ByteBuffer, in subscription: RoomSubscription) {
        switch subscription.reader.read(payload, now: WallClock.now) {
        case .publication(let publication):
            switch subscription.feed.received(publication) {
            case .deliver: self.deliver(.publication(publication), in: subscription)
            case .read(let read): self.read(read, for: subscription)
            case .hold, .drop: break
            }
        case .event(let event):
            self.deliver(event, in: subscription)
            guard case .presence(_, let change, _) = event else { return }
            let (version, count) = (change.version, change.memberCount)
            self.obey(subscription.presence.published(version: version, count: count), in: subscription)
        case .leasesEnd(let milliseconds):
            // The first node of the room to do it does it for all.
            let longest = Int(self.configuration.lease.inMilliseconds)
            let delay = min(max(0, milliseconds), longest) + .random(in: 0...500)
            self.schedule(.sweepLeases, subscription, at: .now() + .milliseconds(Int64(delay)))
        case .presenceLost: self.handOnLoss(in: subscription)
        case .invalid:
            self.counters.invalidPayloads += 1
            self.drops.add(in: subscription.room.rawValue)
        }
    }

    func deliver(_ event: RoomEvent, in subscription: RoomSubscription) {
        for outlet in subscription.outlets { self.hand(.room(subscription.room, event), to: outlet) }
    }

    func hand(_ event: BrokerEvent, to outlet: SubscriberOutlet) {
        if outlet.append(event) { self.unflushed.append(outlet) }
    }

    /// Calls every subscriber that has something to get.
    func flush() {
        let outlets = self.unflushed
        self.unflushed.removeAll(keepingCapacity: true)
        for outlet in outlets { outlet.flush() }
    }

    // MARK: Reading the log

    /// Compares a room's position with its log.
    ///
    /// - Parameters:
    ///   - subscription: The room.
    ///   - onlyIfNeeded: Whether that can be left out while nothing is known to be missing.
    ///   - done: Called when the log was read, or when there was nothing to read.
    func check(_ subscription: RoomSubscription, onlyIfNeeded: Bool = false, then done: @escaping () -> Void = {}) {
        guard !onlyIfNeeded || subscription.feed.needsRead, case .read(let read) = subscription.feed.check() else {
            return done()
        }
        self.read(read, for: subscription, then: done)
    }

    /// The room's subscription stands: from now on, what its log says can be joined to what comes.
    func resume(_ subscription: RoomSubscription, then done: @escaping () -> Void) {
        guard self.subscriptions.isLive(subscription.channel), !subscription.feed.isFollowing,
            case .read(let read) = subscription.feed.subscribed()
        else { return done() }
        self.read(read, for: subscription, then: done)
    }

    private func read(_ read: LogRead, for subscription: RoomSubscription, then done: @escaping () -> Void = {}) {
        let (mode, seq) =
            switch read {
            case .head: ("head", 0)
            case .after(let seq): ("after", seq)
            }
        var request = self.readRequest(
            subscription.room,
            mode,
            seq,
            limit: Self.feedPage,
            makesEpoch: true
        )
        request.isUrgent = true
        request.completion = { result in
            if case .success(let reply) = result, let reading = LogReading(reply) {
                self.merge(reading, into: subscription)
            } else {
                subscription.feed.readFailed()
                self.schedule(.retry, subscription, at: .now() + Self.retryDelay)
            }
            done()
        }
        self.logLink.submit(request)
    }

    private func merge(_ reading: LogReading, into subscription: RoomSubscription) {
        let dropped = subscription.feed.droppedCount
        switch subscription.feed.read(reading.page, anchor: reading.anchor) {
        case .deliver(let events): self.deliver(events, in: subscription)
        case .read(let events, let next):
            self.deliver(events, in: subscription)
            self.read(next, for: subscription)
        case .replaceEpoch(let epoch, let next):
            self.counters.rolledBackLogs += 1
            self.replaceEpoch(epoch, of: subscription.room)
            self.read(next, for: subscription)
            return
        case .ignore: return
        }
        let unlogged = subscription.feed.droppedCount - dropped
        self.counters.unloggedPublications += unlogged
        self.drops.add(unlogged, in: subscription.room.rawValue)
        guard let head = subscription.feed.position else { return }
        subscription.answer(head)
    }

    private func replaceEpoch(_ epoch: Epoch, of room: RoomName) {
        self.logger.warning("a room's log was rolled back and begins anew", metadata: ["room": "\(room)"])
        var request = RedisRequest(.replaceEpoch, keys: self.keys.meta(room), self.keys.log(room)) {
            $0.append(epoch.rawValue)
            $0.append(self.newEpoch())
            $0.append(PublicationCodec.prefix(room))
        }
        request.isUrgent = true
        self.logLink.submit(request)
    }

    private func deliver(_ events: [RoomFeedEvent], in subscription: RoomSubscription) {
        for event in events {
            switch event {
            case .publication(let publication): self.deliver(.publication(publication), in: subscription)
            case .gap(let epoch, let from, let to):
                self.deliver(.gap(epoch: epoch, from: from, to: to), in: subscription)
            case .reset(let head): self.deliver(.reset(head: head), in: subscription)
            }
        }
    }
}
