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

    private let router: RequestRouter
    private let requests: RoomScriptCalls
    private let rooms: FollowedRooms
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
        _ router: RequestRouter,
        _ requests: RoomScriptCalls,
        _ rooms: FollowedRooms,
        _ agenda: RoomAgenda,
        _ upkeep: RoomUpkeep,
        _ sweeper: LeaseSweeper,
        _ configuration: RedisConfiguration,
        on eventLoop: any EventLoop
    ) {
        (self.router, self.requests, self.rooms, self.agenda) = (router, requests, rooms, agenda)
        (self.upkeep, self.sweeper, self.eventLoop) = (upkeep, sweeper, eventLoop)
        self.lease = configuration.lease
        self.mendDelay = TimeAmount(configuration.mendDelay ?? configuration.lease)
        self.lookInterval = TimeAmount(configuration.headCheckInterval)
    }

    // MARK: The times of the checks

    func began(_ followed: FollowedRoom) {
        let now = NIODeadline.now()
        // The first check finds holders that died while no other node was in the room.
        let soon = now + .milliseconds(Int64.random(in: 500...2000))
        self.agenda.schedule(.lookOnce, followed, at: soon)
        self.agenda.schedule(.look, followed, at: now + self.pause)
    }

    /// Redis has restarted, or has lost the list of rooms of a dead holder: its records of members may be old.
    ///
    /// - Parameter interval: The age up to which the last such check is recent enough.
    func lookAtAll(unlessWithin interval: TimeAmount = lookDelay) {
        self.sweeper.compareHolders()
        let now = NIODeadline.now()
        if let lookedAtAll, now - lookedAtAll < interval { return }
        self.lookedAtAll = now
        for followed in self.rooms.all { self.agenda.schedule(.lookOnce, followed, at: now + Self.lookDelay) }
    }

    /// Not all at the same time, even when all came together.
    private var pause: TimeAmount {
        let interval = self.lookInterval.nanoseconds
        return .nanoseconds(interval - Int64.random(in: 0...interval / 4))
    }

    /// Begins tasks that are due, up to the limit; those of a server that is away wait.
    func proceed() {
        let now = NIODeadline.now()
        while self.router.isActive, let task = self.agenda.begin(now) {
            let followed = task.followed
            guard self.rooms.isCurrent(followed) else {
                self.agenda.ended()
                continue
            }
            guard self.router.isActive(for: followed.channel.rawValue) else {
                self.agenda.ended()
                self.agenda.schedule(task.kind, followed, at: now + Self.lookDelay)
                continue
            }
            switch task.kind {
            case .look:
                self.glance(at: followed)
                self.upkeep.keepIfDue(followed, now)
            case .lookOnce:
                self.look(at: followed) { self.ended() }
                self.upkeep.keepIfDue(followed, now)
            case .retry: self.rooms.check(followed, onlyIfNeeded: true, isRetry: true) { self.ended() }
            case .resume: self.rooms.resume(followed) { self.ended() }
            case .sweepLeases: self.sweepLeases(of: followed)
            case .tellLoss:
                followed.loss.isDue()
                self.presenceWasLost(in: followed, isNew: true)
                self.agenda.ended()
            case .mend(let step, let cursor, let hasFound): self.mend(followed, step, cursor, hasFound)
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
    private func glance(at followed: FollowedRoom) {
        let seq = followed.feed.position?.seq ?? 0
        let requests = self.requests.glance(at: followed.room)
        Gathering(requests.count) { results in
            // If the connection was lost, the next check does it.
            guard let answers = try? results.map({ try $0.get() }) else { return self.looked(at: followed) }
            guard let glance = Glance(answers),
                followed.presence.agrees(version: glance.version, members: glance.members)
            else { return self.look(at: followed) { self.looked(at: followed) } }
            self.compareHead(glance.epoch, glance.head, followed, seq)
            self.looked(at: followed)
        }.submit(requests) { self.router.submit($0) }
    }

    /// A regular check has ended, and the next one follows an interval later.
    private func looked(at followed: FollowedRoom) {
        self.agenda.schedule(.look, followed, at: .now() + self.pause)
        self.rooms.check(followed, onlyIfNeeded: true)
        self.ended()
    }

    private func look(at followed: FollowedRoom, then done: @escaping () -> Void) {
        let (known, seq) = (followed.presence.version, followed.feed.position?.seq ?? 0)
        var request = self.requests.look(at: followed.room)
        request.completion = { result in
            if case .success(let reply) = result { self.looked(reply, followed, known, seq) }
            self.rooms.check(followed, onlyIfNeeded: true)
            done()
        }
        self.router.submit(request)
    }

    /// Compares the result of a check with the state when it was requested: news may have overtaken it.
    private func looked(_ reply: RedisReply, _ followed: FollowedRoom, _ known: Int?, _ seq: Int) {
        guard let parts = reply.array, parts.count == 6, let head = parts[1].count, let version = parts[2].count,
            let count = parts[3].count
        else { return }
        self.compareHead(parts[0].word, head, followed, seq)
        if parts[5].count ?? 0 > 0 { self.agenda.schedule(.sweepLeases, followed, at: .now()) }
        let isWhole = parts[4].integer == 1
        let verdict = followed.presence.looked(version: version, count: count, isWhole: isWhole, since: known)
        self.obey(verdict, in: followed, isNew: isWhole)
    }

    /// Compares the head of the log with the room's position, and reads it where they differ.
    private func compareHead(_ epoch: ByteString?, _ head: Int, _ followed: FollowedRoom, _ seq: Int) {
        guard let position = followed.feed.position,
            ByteString(position.epoch.rawValue) != epoch || head > position.seq || head < seq
        else { return }
        self.rooms.check(followed)
    }

    // MARK: Presence that was lost

    func changed(_ change: PresenceChange, in followed: FollowedRoom) {
        self.obey(
            followed.presence.published(version: change.version, count: change.memberCount),
            in: followed
        )
    }

    func presenceWasLost(in followed: FollowedRoom) { self.handOn(in: followed, since: Self.lossInterval) }

    /// Carries out the verdict on a change or a check.
    ///
    /// - Parameters:
    ///   - verdict: The verdict.
    ///   - followed: The room.
    ///   - isNew: Whether a loss would be found only once, and not again by the next check.
    private func obey(_ verdict: PresenceTrack.Verdict, in followed: FollowedRoom, isNew: Bool = true) {
        switch verdict {
        case .agrees: break
        case .behind(let version): self.rooms.deliver(.presenceIsBehind(version: version), in: followed)
        case .lost: self.presenceWasLost(in: followed, isNew: isNew)
        }
    }

    /// A script has found that Redis has lost records of a room's members.
    func presenceWasLost(_ room: RoomName) {
        guard let followed = self.rooms.followedRoom(room) else { return }
        self.presenceWasLost(in: followed, isNew: false)
    }

    /// Redis has lost records of a room's members: every node in the room enters its members again, and leftover
    /// records are repaired after that.
    ///
    /// - Parameters:
    ///   - followed: The room.
    ///   - isNew: Whether this would not be found again.
    private func presenceWasLost(in followed: FollowedRoom, isNew: Bool) {
        guard self.rooms.isCurrent(followed) else { return }
        guard self.handOn(in: followed, since: Self.ownLossInterval) else {
            guard isNew, let last = followed.loss.postpone() else { return }
            return self.agenda.schedule(.tellLoss, followed, at: last + Self.ownLossInterval)
        }
        let room = followed.room
        self.router.submit(self.requests.publish(RoomPayload.presenceLost(in: room), in: room))
        let time = NIODeadline.now() + self.mendDelay
        self.agenda.schedule(.mend(1, "", hasFound: false), followed, at: time)
    }

    /// Tells this node's shards of a loss, unless they were told a moment ago.
    @discardableResult
    private func handOn(in followed: FollowedRoom, since interval: TimeAmount) -> Bool {
        let now = NIODeadline.now()
        guard followed.loss.happened(now, unlessWithin: interval) else { return false }
        self.agenda.schedule(.lookOnce, followed, at: now + Self.lookDelay)
        self.rooms.deliver(.presenceWasLost, in: followed)
        self.rooms.flush()
        return true
    }

    /// Makes the records of a room's members consistent again, some of them at a time.
    private func mend(_ followed: FollowedRoom, _ step: Int, _ cursor: String, _ hasFound: Bool) {
        var request = self.requests.presence(.mend, followed.room) {
            $0.append(step)
            $0.append(cursor)
        }
        request.completion = { result in
            if let parts = (try? result.get())?.array, parts.count == 3, let step = parts[0].integer,
                let cursor = parts[1].string, let found = parts[2].integer
            {
                self.mended(followed, step, cursor, hasFound || found > 0)
            }
            self.ended()
        }
        self.router.submit(request)
    }

    private func mended(_ followed: FollowedRoom, _ step: Int, _ cursor: String, _ hasFound: Bool) {
        guard step == 0 else {
            return self.agenda.schedule(.mend(step, cursor, hasFound: hasFound), followed, at: .now())
        }
        // Their holder may have released them while Redis had no record of them: every node enters its members once
        // more.
        if hasFound { self.presenceWasLost(in: followed, isNew: true) }
        // A holder found in this way may have been swept before.
        followed.upkeptAt = nil
        self.agenda.schedule(.lookOnce, followed, at: .now())
    }

    // MARK: Leases of single members

    func leasesEnd(after milliseconds: Int, in followed: FollowedRoom) {
        // The first node of the room does it for all.
        let longest = Int(self.lease.inMilliseconds)
        let delay = min(max(0, milliseconds), longest) + .random(in: 0...500)
        self.agenda.schedule(.sweepLeases, followed, at: .now() + .milliseconds(Int64(delay)))
    }

    private func sweepLeases(of followed: FollowedRoom) {
        var request = self.requests.presence(.sweep, followed.room) { $0.append("") }
        request.completion = { result in
            if (try? result.get())?.integer == 1 { self.agenda.schedule(.sweepLeases, followed, at: .now()) }
            self.ended()
        }
        self.router.submit(request)
    }
}
