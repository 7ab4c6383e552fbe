internal import ChatCore
internal import ChatSystem
internal import Logging
internal import NIOCore

/// Receives the events of a room's channel other than messages.
protocol RoomObserver: AnyObject {
    /// The node listens to a room from now on.
    func began(_ followed: FollowedRoom)
    /// The members of the room have changed.
    func changed(_ change: PresenceChange, in followed: FollowedRoom)
    /// Some leases of single members end after this many milliseconds.
    func leasesEnd(after milliseconds: Int, in followed: FollowedRoom)
    /// Another node has found that Redis has lost some of the members.
    func presenceWasLost(in followed: FollowedRoom)
}

/// The rooms that this node listens to: publications become one sequence for each room, complete and in order, and go
/// to the subscribers.
///
/// It belongs to the broker and is used on its event loop only.
final class FollowedRooms: EndpointListener {
    /// Counts of dropped publications, and of replaced logs.
    struct Counters: Equatable {
        var invalidPayloads = 0
        var unloggedPublications = 0
        var rolledBackLogs = 0
    }

    /// The number of messages that a feed requests at once.
    private static let feedPage = 500
    /// The delay before a reading that failed, or that did not have all, is tried again.
    private static let retryDelay = TimeAmount.seconds(1)
    /// The most rooms that are released at once.
    private static let roomsAtOnce = 256
    /// The most logs that are compared at once: each answer lets the next request go out, and messages to store wait
    /// for the last of them.
    private static let checksAtOnce = 512

    private(set) var counters = Counters()
    weak var observer: (any RoomObserver)?

    private let router: RequestRouter
    private let requests: RoomScriptCalls
    private let outlets: SubscriberOutlets
    private let agenda: RoomAgenda
    private let eventLoop: any EventLoop
    private let logger: Logger
    private let textLimit: Int
    private let patience: TimeAmount
    private let linger: TimeAmount
    private var channels: [ChannelName: FollowedRoom] = [:]
    /// The same by the slots of a Cluster; empty with one server.
    private var slots: [HashSlot: [FollowedRoom]] = [:]
    /// Rooms that nobody on this node wants any more; they are kept for a while.
    private var lingering = DueQueue<FollowedRoom, NIODeadline>()
    /// Rooms whose logs have not been compared since the connection was made.
    private var unverified: [FollowedRoom] = []
    private var drops = DropAccount()

    init(
        _ router: RequestRouter,
        _ requests: RoomScriptCalls,
        handingTo outlets: SubscriberOutlets,
        _ agenda: RoomAgenda,
        _ configuration: RedisConfiguration,
        on eventLoop: any EventLoop,
        logger: Logger
    ) {
        (self.router, self.requests, self.outlets, self.agenda) = (router, requests, outlets, agenda)
        (self.eventLoop, self.logger) = (eventLoop, logger)
        self.textLimit = configuration.limits.textBytes
        self.patience = TimeAmount(configuration.patience)
        self.linger = TimeAmount(configuration.linger)
    }

    /// All rooms to which the node listens.
    var all: some Collection<FollowedRoom> { self.channels.values }

    /// A room that is listened to.
    func followedRoom(_ room: RoomName) -> FollowedRoom? { self.channels[self.requests.channel(of: room)] }

    /// Whether a room still has this subscription.
    func isCurrent(_ followed: FollowedRoom) -> Bool { self.channels[followed.channel] === followed }

    // MARK: Subscribing

    /// Begins to hand a room's events to a subscriber; returns the head of its log.
    func subscribe(_ room: RoomName, _ subscriber: any BrokerSubscriber) async throws(BrokerError) -> LogPosition {
        let followed = self.listen(to: room)
        let outlet = self.outlets.outlet(of: subscriber)
        let isNew = followed.add(outlet)
        if isNew { self.outlets.began(outlet) }
        do {
            return try await self.head(followed)
        } catch {
            if isNew { self.remove(outlet, from: followed) }
            throw error
        }
    }

    /// Undoes ``subscribe(_:_:)``.
    func unsubscribe(_ room: RoomName, _ subscriber: any BrokerSubscriber) {
        guard let followed = self.followedRoom(room), let outlet = self.outlets.known(subscriber) else {
            return
        }
        self.remove(outlet, from: followed)
    }

    private func listen(to room: RoomName) -> FollowedRoom {
        let channel = self.requests.channel(of: room)
        if let known = self.channels[channel] { return known }
        let slot = self.router.isCluster ? HashSlot(of: channel.rawValue) : nil
        let followed = FollowedRoom(room, channel: channel, slot: slot, textLimit: self.textLimit)
        self.channels[channel] = followed
        if let slot = followed.slot { self.slots[slot, default: []].append(followed) }
        self.subscriptions(of: followed)?.subscribe(channel)
        self.observer?.began(followed)
        return followed
    }

    private func remove(_ outlet: SubscriberOutlet, from followed: FollowedRoom) {
        guard followed.remove(outlet) else { return }
        if followed.idleSince != nil { self.lingering.schedule(followed, at: .now() + self.linger) }
        self.outlets.ended(outlet)
    }

    private func subscriptions(of followed: FollowedRoom) -> SubscriptionLink? {
        self.router.endpoint(of: followed.channel.rawValue)?.subscriptions
    }

    private func isHeard(_ followed: FollowedRoom) -> Bool {
        self.subscriptions(of: followed)?.isLive(followed.channel) == true
    }

    /// Slots of a Cluster are at other servers: their rooms are subscribed there, and read from the log what was published
    /// in between.
    func moved(_ slots: [HashSlot]) {
        guard !self.slots.isEmpty else { return }
        for followed in slots.flatMap({ self.slots[$0] ?? [] }) {
            let subscriptions = self.subscriptions(of: followed)
            for endpoint in self.router.all where endpoint.subscriptions !== subscriptions {
                endpoint.subscriptions.forget(followed.channel)
            }
            followed.feed.unsubscribed()
            subscriptions?.subscribe(followed.channel)
        }
    }

    /// The head of a room's log, read after the subscription was confirmed.
    private func head(_ followed: FollowedRoom) async throws(BrokerError) -> LogPosition {
        guard followed.feed.position != nil, self.isHeard(followed) else {
            // If Redis has refused it, try again.
            self.subscriptions(of: followed)?.subscribe(followed.channel)
            return try await withCheckedContinuation { continuation in
                followed.wait(Waiter(continuation, patience: self.patience, on: self.eventLoop))
                // The room may be queued for reading; a join does not wait for the queue.
                if self.isHeard(followed) { self.resume(followed) {} }
            }.get()
        }
        // The feed may lag behind the log: a message that a caller has just stored must not be above the head it gets.
        let request = self.requests.read(.head, of: followed.room, makesEpoch: true)
        guard let page = LogAnswer(try await self.router.perform(request))?.page else { throw .isUnintelligible }
        if page.epoch != followed.feed.position?.epoch { self.check(followed) }
        // Members are told of this head before the feed has reached it.
        followed.feed.stored(page.headPosition)
        return page.headPosition
    }

    // MARK: Arrivals

    func published(_ payload: ByteBuffer, on channel: ChannelName) -> Bool {
        guard let followed = self.channels[channel] else { return false }
        switch followed.reader.read(payload, now: WallClock.now) {
        case .publication(let publication):
            switch followed.feed.received(publication) {
            case .deliver: self.deliver(.publication(publication), in: followed)
            case .read(let read): self.read(read, for: followed)
            case .hold, .drop: break
            }
        case .event(let event):
            self.deliver(event, in: followed)
            if case .presence(_, let change, _) = event { self.observer?.changed(change, in: followed) }
        case .leasesEnd(let milliseconds): self.observer?.leasesEnd(after: milliseconds, in: followed)
        case .presenceLost: self.observer?.presenceWasLost(in: followed)
        case .cleared: if case .read(let read) = followed.feed.cleared() { self.read(read, for: followed) }
        case .invalid:
            self.counters.invalidPayloads += 1
            self.drops.add(in: followed.room.rawValue)
        }
        return true
    }

    func isHeard(_ channel: ChannelName) {
        guard let followed = self.channels[channel] else { return }
        // No log has the changes of members that were published while the slot moved.
        if followed.slot != nil, followed.feed.position != nil {
            self.agenda.schedule(.lookOnce, followed, at: .now())
        }
        // Rooms that callers wait for come first; the others are read one by one, and there may be a hundred thousand.
        if followed.isAwaited {
            self.resume(followed) {}
        } else {
            self.agenda.schedule(.resume, followed, at: .now())
        }
    }

    func isUnheard(_ channel: ChannelName) {
        guard let followed = self.channels[channel], !self.isHeard(followed) else { return }
        followed.feed.unsubscribed()
        // The server says where the slot is now, or has it again.
        self.subscriptions(of: followed)?.subscribe(channel)
    }

    func refused(_ channel: ChannelName, _ reason: BrokerError) { self.channels[channel]?.fail(reason) }

    func subscriptionsLost(at endpoint: RedisEndpoint) {
        for followed in self.rooms(at: endpoint) { followed.feed.unsubscribed() }
    }

    private func rooms(at endpoint: RedisEndpoint) -> [FollowedRoom] {
        self.channels.values.filter { self.router.endpoint(of: $0.channel.rawValue) === endpoint }
    }

    /// There will be no connection any more: fails the callers that wait for the head of a room.
    func stop() {
        for followed in self.channels.values { followed.fail(.isAway) }
    }

    /// Hands an event to all subscribers of the room; they get it with the next flush.
    func deliver(_ event: RoomEvent, in followed: FollowedRoom) {
        for outlet in followed.outlets { self.outlets.hand(.room(followed.room, event), to: outlet) }
    }

    /// Calls all subscribers that have events waiting.
    func flush() { self.outlets.flush() }

    // MARK: Reading the log

    /// The log of a room has used this number, by a receipt or a page.
    func stored(_ position: LogPosition, in room: RoomName) { self.followedRoom(room)?.feed.stored(position) }

    /// Compares all positions with their logs at a server, a limited number at once: the connection may lead to other
    /// data than before.
    func compareAll(at endpoint: RedisEndpoint) {
        self.unverified += self.rooms(at: endpoint).filter { $0.feed.position != nil }
        for _ in 0..<Self.checksAtOnce { self.compareNext() }
    }

    private func compareNext() {
        guard let followed = self.unverified.popLast() else { return }
        self.check(followed) { self.compareNext() }
    }

    /// Compares a room's position with its log.
    ///
    /// - Parameters:
    ///   - followed: The room.
    ///   - onlyIfNeeded: Whether to skip this while nothing is known to be missing.
    ///   - isRetry: Whether it is the time that a reading named which did not have all.
    ///   - done: Called when the log was read, or when there was nothing to read.
    func check(
        _ followed: FollowedRoom,
        onlyIfNeeded: Bool = false,
        isRetry: Bool = false,
        then done: @escaping () -> Void = {}
    ) {
        let hasWaited = isRetry && .now() >= followed.waitsUntil
        guard !onlyIfNeeded || followed.feed.needsRead,
            case .read(let read) = followed.feed.check(hasWaited: hasWaited)
        else { return done() }
        self.read(read, for: followed, then: done)
    }

    /// The room's subscription is confirmed: from now on, its log can be merged with the publications.
    func resume(_ followed: FollowedRoom, then done: @escaping () -> Void) {
        guard self.isHeard(followed), !followed.feed.isFollowing,
            case .read(let read) = followed.feed.subscribed()
        else { return done() }
        self.read(read, for: followed, then: done)
    }

    private func read(_ read: LogRead, for followed: FollowedRoom, then done: @escaping () -> Void = {}) {
        let part: RoomScriptCalls.Part =
            switch read {
            case .head: .head
            case .after(let seq): .after(seq, limit: Self.feedPage)
            }
        var request = self.requests.read(part, of: followed.room, makesEpoch: true)
        request.priority = .urgent
        request.way = .log
        request.completion = { result in
            if case .success(let reply) = result, let reading = LogAnswer(reply) {
                self.merge(reading, into: followed)
            } else {
                followed.feed.readFailed()
                self.agenda.schedule(.retry, followed, at: .now() + Self.retryDelay)
            }
            done()
        }
        self.router.submit(request)
    }

    private func merge(_ reading: LogAnswer, into followed: FollowedRoom) {
        let dropped = followed.feed.droppedCount
        switch followed.feed.read(reading.page, anchor: reading.anchor) {
        case .deliver(let events): self.deliver(events, in: followed)
        case .read(let events, let next):
            self.deliver(events, in: followed)
            self.read(next, for: followed)
        case .wait(let events):
            self.deliver(events, in: followed)
            followed.waitsUntil = .now() + Self.retryDelay
            self.agenda.schedule(.retry, followed, at: followed.waitsUntil)
        case .replaceEpoch(let epoch, let next):
            self.counters.rolledBackLogs += 1
            self.replaceEpoch(epoch, of: followed.room)
            self.read(next, for: followed)
            return
        case .ignore: return
        }
        let unlogged = followed.feed.droppedCount - dropped
        self.counters.unloggedPublications += unlogged
        self.drops.add(unlogged, in: followed.room.rawValue)
        guard let head = followed.feed.position else { return }
        followed.answer(head)
    }

    private func replaceEpoch(_ epoch: Epoch, of room: RoomName) {
        self.logger.warning("a room's log was rolled back and begins anew", metadata: ["room": "\(room)"])
        var request = self.requests.replaceEpoch(epoch, of: room)
        request.priority = .urgent
        request.way = .log
        self.router.submit(request)
    }

    private func deliver(_ events: [RoomFeedEvent], in followed: FollowedRoom) {
        for event in events {
            switch event {
            case .publication(let publication): self.deliver(.publication(publication), in: followed)
            case .gap(let epoch, let from, let to):
                self.deliver(.gap(epoch: epoch, from: from, to: to), in: followed)
            case .reset(let head): self.deliver(.reset(head: head), in: followed)
            }
        }
    }

    // MARK: Time

    /// Logs dropped publications, and releases rooms that nobody has wanted for long enough.
    func tick(_ now: NIODeadline) {
        if let (count, room) = self.drops.take(now) {
            self.logger.warning(
                "publications were dropped: they are no messages, or stand in no log",
                metadata: ["publications": "\(count)", "room": "\(room)"]
            )
        }
        for _ in 0..<Self.roomsAtOnce {
            guard let followed = self.lingering.next(now) else { break }
            self.letGo(followed, now)
        }
    }

    private func letGo(_ followed: FollowedRoom, _ now: NIODeadline) {
        guard let idleSince = followed.idleSince, self.isCurrent(followed), now - idleSince >= self.linger
        else {
            return
        }
        self.channels[followed.channel] = nil
        if let slot = followed.slot {
            self.slots[slot]?.removeAll { $0 === followed }
            if self.slots[slot]?.isEmpty == true { self.slots[slot] = nil }
        }
        self.subscriptions(of: followed)?.unsubscribe(followed.channel)
    }
}
