internal import ChatCore
internal import NIOCore

/// Checks every room of the node twice a minute: whether all publications have come, and whether Redis' records of its
/// members are complete.
///
/// Nearly always a glance is enough; the script runs when a glance shows a change. The rooms are in a ``RoomAgenda``,
/// ordered by the time at which each is due. It belongs to the broker and is used on its event loop only.
final class RoomWatch: RoomObserver {
    /// The time for which messages of nodes about a loss count as one loss.
    private static let lossInterval = TimeAmount.seconds(2)
    /// The time after which a node reports another loss: records that disagree are found again and again until they are
    /// repaired.
    private static let ownLossInterval = TimeAmount.seconds(10)
    /// The delay before an extra check of a room.
    private static let lookDelay = TimeAmount.seconds(1)

    private let endpoints: EndpointMap
    private let requests: RoomScriptCalls
    private let rooms: RoomFollower
    private let agenda: RoomAgenda
    private let upkeep: RoomUpkeep
    private let sweeper: LeaseSweeper
    private let eventLoop: any EventLoop
    private let lease: Duration
    private let mendDelay: TimeAmount
    private let lookInterval: TimeAmount
    /// The time of the last extra check of all rooms; nil: never.
    private(set) var lookedAtAll: NIODeadline?

    init(
        _ endpoints: EndpointMap,
        _ requests: RoomScriptCalls,
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

    private func link(_ subscription: FollowedRoom) -> CommandLink {
        self.endpoints.endpoint(of: subscription.room).commands
    }

    // MARK: The times of the checks

    func began(_ subscription: FollowedRoom) {
        let now = NIODeadline.now()
        // The first check finds holders that died while no other node was in the room.
        let soon = now + .milliseconds(Int64.random(in: 500...2000))
        self.agenda.schedule(.lookOnce, subscription, at: soon)
        self.agenda.schedule(.look, subscription, at: now + self.pause)
    }

    /// Redis has restarted, or has lost the list of rooms of a dead holder: its records of members may be old.
    ///
    /// - Parameter interval: The age up to which the last such check is recent enough.
    func lookAtAll(unlessWithin interval: TimeAmount = lookDelay) {
        self.sweeper.compareHolders()
        let now = NIODeadline.now()
        if let lookedAtAll, now - lookedAtAll < interval { return }
        self.lookedAtAll = now
        for subscription in self.rooms.all { self.agenda.schedule(.lookOnce, subscription, at: now + Self.lookDelay) }
    }

    /// Not all at the same time, even when all came together.
    private var pause: TimeAmount {
        let interval = self.lookInterval.nanoseconds
        return .nanoseconds(interval - Int64.random(in: 0...interval / 4))
    }

    /// Begins tasks that are due, up to the limit; none while Redis is away.
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
        // Not at once: callers that get answers go first.
        self.eventLoop.assumeIsolated().execute { self.proceed() }
    }

    // MARK: Looking

    /// Checks whether there were changes that did not come.
    private func glance(at subscription: FollowedRoom) {
        let seq = subscription.feed.position?.seq ?? 0
        let requests = self.requests.glance(at: subscription.room)
        Gathering(requests.count) { results in
            // If the connection was lost, the next check does it.
            guard let answers = try? results.map({ try $0.get() }) else { return self.looked(at: subscription) }
            guard let glance = Glance(answers),
                subscription.presence.agrees(version: glance.version, members: glance.members)
            else { return self.look(at: subscription) { self.looked(at: subscription) } }
            self.compareHead(glance.epoch, glance.head, subscription, seq)
            self.looked(at: subscription)
        }.submit(requests, to: self.link(subscription))
    }

    /// A regular check has ended, and the next one follows an interval later.
    private func looked(at subscription: FollowedRoom) {
        self.agenda.schedule(.look, subscription, at: .now() + self.pause)
        self.rooms.check(subscription, onlyIfNeeded: true)
        self.ended()
    }

    private func look(at subscription: FollowedRoom, then done: @escaping () -> Void) {
        let (known, seq) = (subscription.presence.version, subscription.feed.position?.seq ?? 0)
        var request = self.requests.look(at: subscription.room)
        request.completion = { result in
            if case .success(let reply) = result { self.looked(reply, subscription, known, seq) }
            self.rooms.check(subscription, onlyIfNeeded: true)
            done()
        }
        self.link(subscription).submit(request)
    }

    /// Compares the result of a check with the state when it was requested: news may have overtaken it.
    private func looked(_ reply: RedisReply, _ subscription: FollowedRoom, _ known: Int?, _ seq: Int) {
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
    private func compareHead(_ epoch: ByteString?, _ head: Int, _ subscription: FollowedRoom, _ seq: Int) {
        guard let position = subscription.feed.position,
            ByteString(position.epoch.rawValue) != epoch || head > position.seq || head < seq
        else { return }
        self.rooms.check(subscription)
    }

    // MARK: Presence that was lost

    func changed(_ change: PresenceChange, in subscription: FollowedRoom) {
        self.obey(
            subscription.presence.published(version: change.version, count: change.memberCount),
            in: subscription
        )
    }

    func presenceWasLost(in subscription: FollowedRoom) { self.handOn(in: subscription, since: Self.lossInterval) }

    /// Carries out the verdict on a change or a check.
    ///
    /// - Parameters:
    ///   - verdict: The verdict.
    ///   - subscription: The room.
    ///   - isNew: Whether a loss would be found only once, and not again by the next check.
    private func obey(_ verdict: PresenceTrack.Verdict, in subscription: FollowedRoom, isNew: Bool = true) {
        switch verdict {
        case .agrees: break
        case .behind(let version): self.rooms.deliver(.presenceIsBehind(version: version), in: subscription)
        case .lost: self.presenceWasLost(in: subscription, isNew: isNew)
        }
    }

    /// A script has found that Redis has lost records of a room's members.
    func presenceWasLost(_ room: RoomName) {
        guard let subscription = self.rooms.subscription(of: room) else { return }
        self.presenceWasLost(in: subscription, isNew: false)
    }

    /// Redis has lost records of a room's members: every node in the room enters its members again, and leftover
    /// records are repaired after that.
    ///
    /// - Parameters:
    ///   - subscription: The room.
    ///   - isNew: Whether this would not be found again.
    private func presenceWasLost(in subscription: FollowedRoom, isNew: Bool) {
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

    /// Tells this node's shards of a loss, unless they were told a moment ago.
    @discardableResult
    private func handOn(in subscription: FollowedRoom, since interval: TimeAmount) -> Bool {
        let now = NIODeadline.now()
        guard subscription.loss.happened(now, unlessWithin: interval) else { return false }
        self.agenda.schedule(.lookOnce, subscription, at: now + Self.lookDelay)
        self.rooms.deliver(.presenceWasLost, in: subscription)
        self.rooms.flush()
        return true
    }

    /// Makes the records of a room's members consistent again, some of them at a time.
    private func mend(_ subscription: FollowedRoom, _ step: Int, _ cursor: String, _ hasFound: Bool) {
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

    private func mended(_ subscription: FollowedRoom, _ step: Int, _ cursor: String, _ hasFound: Bool) {
        guard step == 0 else {
            return self.agenda.schedule(.mend(step, cursor, hasFound: hasFound), subscription, at: .now())
        }
        // Their holder may have released them while Redis had no record of them: every node enters its members once
        // more.
        if hasFound { self.presenceWasLost(in: subscription, isNew: true) }
        // A holder found in this way may have been swept before.
        subscription.upkeptAt = nil
        self.agenda.schedule(.lookOnce, subscription, at: .now())
    }

    // MARK: Leases of single members

    func leasesEnd(after milliseconds: Int, in subscription: FollowedRoom) {
        // The first node of the room does it for all.
        let longest = Int(self.lease.inMilliseconds)
        let delay = min(max(0, milliseconds), longest) + .random(in: 0...500)
        self.agenda.schedule(.sweepLeases, subscription, at: .now() + .milliseconds(Int64(delay)))
    }

    private func sweepLeases(of subscription: FollowedRoom) {
        var request = self.requests.presence(.sweep, subscription.room) { $0.append("") }
        request.completion = { result in
            if (try? result.get())?.integer == 1 { self.agenda.schedule(.sweepLeases, subscription, at: .now()) }
            self.ended()
        }
        self.link(subscription).submit(request)
    }
}
