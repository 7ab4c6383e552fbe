internal import ChatCore
internal import NIOCore

// Every room of the node is looked at twice a minute: whether all that was published has come. That is a glance, nearly
// always; the script looks when a glance tells of a change. The rooms stand in a queue by the time at which each is due; so
// much is under way at once and no more.
extension RedisBroker {
    /// How many rooms are looked at, or read anew, at once.
    static let looksAtOnce = 256
    /// After how long what could not be read is tried again.
    static let retryDelay = TimeAmount.seconds(1)
    /// Something that a room is due for.
    struct RoomTask {
        enum Kind {
            /// A look, and the next one an interval later.
            case look
            /// One look out of turn, since something was lost, or the room is new here.
            case lookOnce
            /// What could not be read is read again.
            case retry
            /// It is subscribed again, and its log is to be read.
            case resume
            /// Leases of single members that have ended, as nodes of the layout before write them, are swept.
            case sweepLeases
            /// Another loss is told, which came too soon after the last one.
            case tellLoss
            /// The records of its members are made to agree: a step of the script, its cursor, and whether members were
            /// found that no holder had restored.
            case mend(Int, String, hasFound: Bool)
        }

        var kind: Kind
        var subscription: RoomSubscription
    }

    /// A room has come that is to be looked at from now on.
    func beginLooking(_ subscription: RoomSubscription, _ now: NIODeadline) {
        // Who died when nobody else was in it is found by the first look.
        self.schedule(.lookOnce, subscription, at: now + .milliseconds(Int64.random(in: 500...2000)))
        self.schedule(.look, subscription, at: now + self.pause)
    }

    /// Redis runs anew, or has lost what would tell where a dead holder has members: who is where may be of an earlier time.
    ///
    /// - Parameter interval: How long ago that may have been done for the last time, so that it need not be done again.
    func lookAtAllRooms(unlessWithin interval: TimeAmount = retryDelay) {
        self.compareHolders()
        let now = NIODeadline.now()
        if let lookedAtAll, now - lookedAtAll < interval { return }
        self.lookedAtAll = now
        for subscription in self.channels.values { self.schedule(.lookOnce, subscription, at: now + Self.retryDelay) }
    }

    /// Not all at the same time, even when all came at once.
    private var pause: TimeAmount {
        let interval = TimeAmount(self.configuration.headCheckInterval).nanoseconds
        return .nanoseconds(interval - Int64.random(in: 0...interval / 4))
    }

    func schedule(_ kind: RoomTask.Kind, _ subscription: RoomSubscription, at time: NIODeadline) {
        self.roomTasks.schedule(RoomTask(kind: kind, subscription: subscription), at: time)
    }

    /// Begins with what is due, as far as there is room for it; nothing while Redis is away.
    func proceedWithRooms() {
        let now = NIODeadline.now()
        while self.commands.isActive, self.logLink.isActive, let task = self.roomTasks.begin(now) {
            let subscription = task.subscription
            guard self.channels[subscription.channel] === subscription else {
                self.roomTasks.ended()
                continue
            }
            switch task.kind {
            case .look:
                self.glance(at: subscription)
                self.keepIfDue(subscription, now)
            case .lookOnce:
                self.look(at: subscription, isRegular: false)
                self.keepIfDue(subscription, now)
            case .retry: self.check(subscription, onlyIfNeeded: true) { self.roomTaskEnded() }
            case .resume: self.resume(subscription) { self.roomTaskEnded() }
            case .sweepLeases: self.sweepLeases(of: subscription)
            case .tellLoss:
                subscription.isLossUntold = false
                self.presenceWasLost(subscription.room, isNew: true)
                self.roomTasks.ended()
            case .mend(let step, let cursor, let hasFound): self.mend(subscription, step, cursor, hasFound)
            }
        }
    }

    private func roomTaskEnded() {
        self.roomTasks.ended()
        // Not at once: whoever is told of an answer goes first.
        self.eventLoop.assumeIsolated().execute { self.assumeIsolated { $0.proceedWithRooms() } }
    }

    /// Looks whether anything has changed that did not come.
    private func glance(at subscription: RoomSubscription) {
        let seq = subscription.feed.position?.seq ?? 0
        let requests = Glance.commands(self.keys, subscription.room).map { RedisRequest($0) }
        Gathering(requests.count) { results in
            // Whatever a connection took away is looked at next time.
            guard let answers = try? results.map({ try $0.get() }) else { return self.looked(at: subscription) }
            guard let glance = Glance(answers),
                subscription.presence.agrees(version: glance.version, members: glance.members)
            else { return self.look(at: subscription, isRegular: true) }
            self.compareHead(glance.epoch, glance.head, subscription, seq)
            self.looked(at: subscription)
        }.submit(requests, to: self.commands)
    }

    /// A regular look has ended, and the next one follows an interval later.
    private func looked(at subscription: RoomSubscription) {
        self.schedule(.look, subscription, at: .now() + self.pause)
        self.check(subscription, onlyIfNeeded: true)
        self.roomTaskEnded()
    }

    private func look(at subscription: RoomSubscription, isRegular: Bool) {
        let (known, seq) = (subscription.presence.version, subscription.feed.position?.seq ?? 0)
        let (keys, room) = (self.keys, subscription.room)
        let (members, leases, names, held) = (keys.members(room), keys.leases(room), keys.names(room), keys.held(room))
        var request = RedisRequest(.look, keys: keys.meta(room), members, leases, names, held)
        request.completion = { result in
            if case .success(let reply) = result { self.looked(reply, subscription, known, seq) }
            guard !isRegular else { return self.looked(at: subscription) }
            self.check(subscription, onlyIfNeeded: true)
            self.roomTaskEnded()
        }
        self.commands.submit(request)
    }

    /// Compares what a look found with what was known when it was asked for: news may have overtaken it.
    private func looked(_ reply: RedisReply, _ subscription: RoomSubscription, _ known: Int?, _ seq: Int) {
        guard let parts = reply.array, parts.count == 6, let head = parts[1].count, let version = parts[2].count,
            let count = parts[3].count
        else { return }
        self.compareHead(parts[0].word, head, subscription, seq)
        if parts[5].count ?? 0 > 0 { self.schedule(.sweepLeases, subscription, at: .now()) }
        let isWhole = parts[4].integer == 1
        let verdict = subscription.presence.looked(version: version, count: count, isWhole: isWhole, since: known)
        self.obey(verdict, in: subscription, isNew: isWhole)
    }

    /// Compares the head of the log with the room's position, and reads it where they differ.
    private func compareHead(_ epoch: ByteString?, _ head: Int, _ subscription: RoomSubscription, _ seq: Int) {
        guard let position = subscription.feed.position,
            ByteString(position.epoch.rawValue) != epoch || head > position.seq || head < seq
        else { return }
        self.check(subscription)
    }

    // MARK: Presence that was lost

    /// How long what nodes tell each other of a loss counts as one.
    static let lossInterval = TimeAmount.seconds(2)
    /// How long it takes until a node tells of another loss: records that disagree are found so again until they are mended.
    private static let ownLossInterval = TimeAmount.seconds(10)

    /// Does what is to be done after a change or a look.
    ///
    /// - Parameters:
    ///   - verdict: What that is.
    ///   - subscription: The room.
    ///   - isNew: Whether a loss would be found once, and not again with the next look.
    func obey(_ verdict: PresenceTrack.Verdict, in subscription: RoomSubscription, isNew: Bool = true) {
        switch verdict {
        case .agrees: break
        case .behind(let version): self.deliver(.presenceIsBehind(version: version), in: subscription)
        case .lost: self.presenceWasLost(subscription.room, isNew: isNew)
        }
    }

    /// Redis has lost some of what it knew of a room's members: every node in the room tells it anew, and what is left over
    /// is put in order after that.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - isNew: Whether this would not be found once more.
    func presenceWasLost(_ room: RoomName, isNew: Bool = false) {
        guard let subscription = self.channels[self.channel(room)] else { return }
        guard self.handOnLoss(in: subscription, since: Self.ownLossInterval) else {
            guard isNew, !subscription.isLossUntold, let last = subscription.lastLoss else { return }
            subscription.isLossUntold = true
            return self.schedule(.tellLoss, subscription, at: last + Self.ownLossInterval)
        }
        var command = RedisCommand("PUBLISH", self.keys.channel(room))
        command.append(RoomPayload.presenceLost(in: room))
        self.commands.submit(RedisRequest(command))
        let time = NIODeadline.now() + TimeAmount(self.configuration.mendDelay ?? self.configuration.lease)
        self.schedule(.mend(1, "", hasFound: false), subscription, at: time)
    }

    /// Tells this node's members' shards, unless that was done a moment ago.
    @discardableResult
    func handOnLoss(in subscription: RoomSubscription, since interval: TimeAmount = lossInterval) -> Bool {
        let now = NIODeadline.now()
        if let last = subscription.lastLoss, now - last < interval { return false }
        subscription.lastLoss = now
        self.schedule(.lookOnce, subscription, at: now + Self.retryDelay)
        self.deliver(.presenceWasLost, in: subscription)
        self.flush()
        return true
    }

    /// Makes the records of a room's members agree again, some of them at a time.
    private func mend(_ subscription: RoomSubscription, _ step: Int, _ cursor: String, _ hasFound: Bool) {
        var request = self.presenceRequest(.mend, subscription.room) {
            $0.append(step)
            $0.append(cursor)
        }
        request.completion = { result in
            if let parts = (try? result.get())?.array, parts.count == 3, let step = parts[0].integer,
                let cursor = parts[1].string, let found = parts[2].integer
            {
                self.mended(subscription, step, cursor, hasFound || found > 0)
            }
            self.roomTaskEnded()
        }
        self.commands.submit(request)
    }

    private func mended(_ subscription: RoomSubscription, _ step: Int, _ cursor: String, _ hasFound: Bool) {
        guard step == 0 else {
            return self.schedule(.mend(step, cursor, hasFound: hasFound), subscription, at: .now())
        }
        // Whoever holds them may have let them go while nothing told that they were there: it says once more who is here.
        if hasFound { self.presenceWasLost(subscription.room, isNew: true) }
        // Who is found by it may have been swept before.
        subscription.upkeptAt = nil
        self.schedule(.lookOnce, subscription, at: .now())
    }

    private func sweepLeases(of subscription: RoomSubscription) {
        var request = self.presenceRequest(.sweep, subscription.room) { $0.append("") }
        request.completion = { result in
            if (try? result.get())?.integer == 1 { self.schedule(.sweepLeases, subscription, at: .now()) }
            self.roomTaskEnded()
        }
        self.commands.submit(request)
    }
}
