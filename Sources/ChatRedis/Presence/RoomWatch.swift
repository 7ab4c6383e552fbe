internal import ChatCore
internal import NIOCore

/// Looks at every room of the node twice a minute: whether all that was published has come, and whether what Redis
/// knows of its members is whole.
///
/// That is a glance, nearly always; the script looks when a glance tells of a change. The rooms stand in a
/// ``RoomAgenda`` by the time at which each is due. It belongs to the broker and is used on its event loop only.
final class RoomWatch: RoomObserver {
    /// For how long what nodes tell each other of a loss counts as one.
    private static let lossInterval = TimeAmount.seconds(2)
    /// How long it takes until a node tells of another loss: records that disagree are found so again until they are
    /// mended.
    private static let ownLossInterval = TimeAmount.seconds(10)
    /// After how long a room is looked at again out of turn.
    private static let lookDelay = TimeAmount.seconds(1)

    private let endpoints: EndpointMap
    private let requests: RoomRequests
    private let rooms: RoomFollower
    private let agenda: RoomAgenda
    private let upkeep: RoomUpkeep
    private let sweeper: LeaseSweeper
    private let eventLoop: any EventLoop
    private let lease: Duration
    private let mendDelay: TimeAmount
    private let lookInterval: TimeAmount
    /// When all rooms were looked at last, out of turn; nil: never.
    private(set) var lookedAtAll: NIODeadline?

    init(
        _ endpoints: EndpointMap,
        _ requests: RoomRequests,
        _ rooms: RoomFollower,
        _ agenda: RoomAgenda,
        _ upkeep: RoomUpkeep,
        _ sweeper: LeaseSweeper,
        _ configuration: RedisConfiguration,
        on eventLoop: any EventLoop
    ) {
        (self.endpoints, self.requests, self.rooms, self.agenda) = (endpoints, requests, rooms, agenda)
        (self.upkeep, self.sweeper, self.eventLoop) = (upkeep, sweeper, eventLoop)
        self.lease = configuration.lease
        self.mendDelay = TimeAmount(configuration.mendDelay ?? configuration.lease)
        self.lookInterval = TimeAmount(configuration.headCheckInterval)
    }

    private func link(_ subscription: RoomSubscription) -> CommandLink {
        self.endpoints.endpoint(of: subscription.room).commands
    }

    // MARK: When to look

    func began(_ subscription: RoomSubscription) {
        let now = NIODeadline.now()
        // The first look finds holders that died while no other node was in the room.
        let soon = now + .milliseconds(Int64.random(in: 500...2000))
        self.agenda.schedule(.lookOnce, subscription, at: soon)
        self.agenda.schedule(.look, subscription, at: now + self.pause)
    }

    /// Redis has restarted, or has lost what would tell where a dead holder has members: its records of members may be
    /// old.
    ///
    /// - Parameter interval: How long ago that may have been done for the last time, so that it need not be done again.
    func lookAtAll(unlessWithin interval: TimeAmount = lookDelay) {
        self.sweeper.compareHolders()
        let now = NIODeadline.now()
        if let lookedAtAll, now - lookedAtAll < interval { return }
        self.lookedAtAll = now
        for subscription in self.rooms.all { self.agenda.schedule(.lookOnce, subscription, at: now + Self.lookDelay) }
    }

    /// Not all at the same time, even when all came at once.
    private var pause: TimeAmount {
        let interval = self.lookInterval.nanoseconds
        return .nanoseconds(interval - Int64.random(in: 0...interval / 4))
    }

    /// Begins with what is due, as far as there is room for it; nothing while Redis is away.
    func proceed() {
        let now = NIODeadline.now()
        while self.endpoints.isActive, let task = self.agenda.begin(now) {
            let subscription = task.subscription
            guard self.rooms.isCurrent(subscription) else {
                self.agenda.ended()
                continue
            }
            switch task.kind {
            case .look:
                self.glance(at: subscription)
                self.upkeep.keepIfDue(subscription, now)
            case .lookOnce:
                self.look(at: subscription) { self.ended() }
                self.upkeep.keepIfDue(subscription, now)
            case .retry: self.rooms.check(subscription, onlyIfNeeded: true) { self.ended() }
            case .resume: self.rooms.resume(subscription) { self.ended() }
            case .sweepLeases: self.sweepLeases(of: subscription)
            case .tellLoss:
                subscription.loss.isDue()
                self.presenceWasLost(in: subscription, isNew: true)
                self.agenda.ended()
            case .mend(let step, let cursor, let hasFound): self.mend(subscription, step, cursor, hasFound)
            }
        }
    }

    private func ended() {
        self.agenda.ended()
        // Not at once: whoever is told of an answer goes first.
        self.eventLoop.assumeIsolated().execute { self.proceed() }
    }

    // MARK: Looking

    /// Looks whether anything has changed that did not come.
    private func glance(at subscription: RoomSubscription) {
        let seq = subscription.feed.position?.seq ?? 0
        let requests = self.requests.glance(at: subscription.room)
        Gathering(requests.count) { results in
            // If the connection was lost, the next look does it.
            guard let answers = try? results.map({ try $0.get() }) else { return self.looked(at: subscription) }
            guard let glance = Glance(answers),
                subscription.presence.agrees(version: glance.version, members: glance.members)
            else { return self.look(at: subscription) { self.looked(at: subscription) } }
            self.compareHead(glance.epoch, glance.head, subscription, seq)
            self.looked(at: subscription)
        }.submit(requests, to: self.link(subscription))
    }

    /// A regular look has ended, and the next one follows an interval later.
    private func looked(at subscription: RoomSubscription) {
        self.agenda.schedule(.look, subscription, at: .now() + self.pause)
        self.rooms.check(subscription, onlyIfNeeded: true)
        self.ended()
    }

    private func look(at subscription: RoomSubscription, then done: @escaping () -> Void) {
        let (known, seq) = (subscription.presence.version, subscription.feed.position?.seq ?? 0)
        var request = self.requests.look(at: subscription.room)
        request.completion = { result in
            if case .success(let reply) = result { self.looked(reply, subscription, known, seq) }
            self.rooms.check(subscription, onlyIfNeeded: true)
            done()
        }
        self.link(subscription).submit(request)
    }

    /// Compares what a look found with what was known when it was asked for: news may have overtaken it.
    private func looked(_ reply: RedisReply, _ subscription: RoomSubscription, _ known: Int?, _ seq: Int) {
        guard let parts = reply.array, parts.count == 6, let head = parts[1].count, let version = parts[2].count,
            let count = parts[3].count
        else { return }
        self.compareHead(parts[0].word, head, subscription, seq)
        if parts[5].count ?? 0 > 0 { self.agenda.schedule(.sweepLeases, subscription, at: .now()) }
        let isWhole = parts[4].integer == 1
        let verdict = subscription.presence.looked(version: version, count: count, isWhole: isWhole, since: known)
        self.obey(verdict, in: subscription, isNew: isWhole)
    }

    /// Compares the head of the log with the room's position, and reads it where they differ.
    private func compareHead(_ epoch: ByteString?, _ head: Int, _ subscription: RoomSubscription, _ seq: Int) {
        guard let position = subscription.feed.position,
            ByteString(position.epoch.rawValue) != epoch || head > position.seq || head < seq
        else { return }
        self.rooms.check(subscription)
    }

    // MARK: Presence that was lost

    func changed(_ change: PresenceChange, in subscription: RoomSubscription) {
        self.obey(
            subscription.presence.published(version: change.version, count: change.memberCount),
            in: subscription
        )
    }

    func presenceWasLost(in subscription: RoomSubscription) { self.handOn(in: subscription, since: Self.lossInterval) }

    /// Does what is to be done after a change or a look.
    ///
    /// - Parameters:
    ///   - verdict: What that is.
    ///   - subscription: The room.
    ///   - isNew: Whether a loss would be found once, and not again with the next look.
    private func obey(_ verdict: PresenceTrack.Verdict, in subscription: RoomSubscription, isNew: Bool = true) {
        switch verdict {
        case .agrees: break
        case .behind(let version): self.rooms.deliver(.presenceIsBehind(version: version), in: subscription)
        case .lost: self.presenceWasLost(in: subscription, isNew: isNew)
        }
    }

    /// A script has found that Redis has lost some of what it knew of a room's members.
    func presenceWasLost(_ room: RoomName) {
        guard let subscription = self.rooms.subscription(of: room) else { return }
        self.presenceWasLost(in: subscription, isNew: false)
    }

    /// Redis has lost some of what it knew of a room's members: every node in the room tells it again, and what is left
    /// over is put in order after that.
    ///
    /// - Parameters:
    ///   - subscription: The room.
    ///   - isNew: Whether this would not be found once more.
    private func presenceWasLost(in subscription: RoomSubscription, isNew: Bool) {
        guard self.rooms.isCurrent(subscription) else { return }
        guard self.handOn(in: subscription, since: Self.ownLossInterval) else {
            guard isNew, let last = subscription.loss.postpone() else { return }
            return self.agenda.schedule(.tellLoss, subscription, at: last + Self.ownLossInterval)
        }
        let room = subscription.room
        self.link(subscription).submit(self.requests.publish(RoomPayload.presenceLost(in: room), in: room))
        let time = NIODeadline.now() + self.mendDelay
        self.agenda.schedule(.mend(1, "", hasFound: false), subscription, at: time)
    }

    /// Tells this node's shards of a loss, unless that was done a moment ago.
    @discardableResult
    private func handOn(in subscription: RoomSubscription, since interval: TimeAmount) -> Bool {
        let now = NIODeadline.now()
        guard subscription.loss.happened(now, unlessWithin: interval) else { return false }
        self.agenda.schedule(.lookOnce, subscription, at: now + Self.lookDelay)
        self.rooms.deliver(.presenceWasLost, in: subscription)
        self.rooms.flush()
        return true
    }

    /// Makes the records of a room's members agree again, some of them at a time.
    private func mend(_ subscription: RoomSubscription, _ step: Int, _ cursor: String, _ hasFound: Bool) {
        var request = self.requests.presence(.mend, subscription.room) {
            $0.append(step)
            $0.append(cursor)
        }
        request.completion = { result in
            if let parts = (try? result.get())?.array, parts.count == 3, let step = parts[0].integer,
                let cursor = parts[1].string, let found = parts[2].integer
            {
                self.mended(subscription, step, cursor, hasFound || found > 0)
            }
            self.ended()
        }
        self.link(subscription).submit(request)
    }

    private func mended(_ subscription: RoomSubscription, _ step: Int, _ cursor: String, _ hasFound: Bool) {
        guard step == 0 else {
            return self.agenda.schedule(.mend(step, cursor, hasFound: hasFound), subscription, at: .now())
        }
        // Their holder may have let them go while nothing in Redis said that they were there: every node says once more
        // who is here.
        if hasFound { self.presenceWasLost(in: subscription, isNew: true) }
        // A holder that this has found may have been swept before.
        subscription.upkeptAt = nil
        self.agenda.schedule(.lookOnce, subscription, at: .now())
    }

    // MARK: Leases of single members

    func leasesEnd(after milliseconds: Int, in subscription: RoomSubscription) {
        // The first node of the room to do it does it for all.
        let longest = Int(self.lease.inMilliseconds)
        let delay = min(max(0, milliseconds), longest) + .random(in: 0...500)
        self.agenda.schedule(.sweepLeases, subscription, at: .now() + .milliseconds(Int64(delay)))
    }

    private func sweepLeases(of subscription: RoomSubscription) {
        var request = self.requests.presence(.sweep, subscription.room) { $0.append("") }
        request.completion = { result in
            if (try? result.get())?.integer == 1 { self.agenda.schedule(.sweepLeases, subscription, at: .now()) }
            self.ended()
        }
        self.link(subscription).submit(request)
    }
}
