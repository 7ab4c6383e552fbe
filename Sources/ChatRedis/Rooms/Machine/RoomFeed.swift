package import ChatCore
package import NIOCore

/// Turns everything that arrives for a room into one sequence without a hole, a duplicate or a step back.
///
/// Pub/sub may lose publications; the log does not. So the next publication is handed on at once, a hole is filled from
/// the log while later publications are held, and a gap stands for messages that the log no longer has. When the log is
/// not the followed one, because it was lost or rolled back, the feed starts again with a reset.
///
/// The order is always: subscribe, hold what arrives, read the log, merge. It does no input or output and has no clock;
/// each input returns the action to take.
package struct RoomFeed {
    /// Whether publications of the room arrive.
    private enum Subscription {
        /// They do not arrive.
        case lost
        /// They arrive; the log may be a different one from the followed log.
        case unverified
        /// They arrive, and the log has been found to be the same since.
        case verified
    }

    /// The state of messages that have not come.
    private enum Missing {
        /// None are missing.
        case nothing
        /// Some may be missing; only the log has them.
        case something
        /// Those after this number have left the log, but the subscription may still bring them: it is slower than the
        /// log's answer.
        case onTheirWay(after: Int)
        /// The log is being read; the answer will be complete.
        case beingRead(Reading)
        /// The log is being read, and must be read again: the subscription began or ended meanwhile.
        case beingReadInVain(Reading)
    }

    private var subscription = Subscription.lost
    private var missing = Missing.something
    /// The position of the feed; nil until the log has been read for the first time.
    private var place: Place?
    private var held: Held
    /// The number of publications that were dropped because no log has them: forged, or of a log that is gone.
    package private(set) var droppedCount = 0

    package init(heldLimit: Int = 1024) { self.held = Held(limit: heldLimit) }

    /// The message that was handed on last; nil until the log has been read for the first time.
    package var position: LogPosition? { self.place?.position }

    /// Whether messages are missing that no reading under way will bring.
    package var needsRead: Bool {
        switch self.missing {
        case .something, .onTheirWay, .beingReadInVain: true
        case .nothing, .beingRead: false
        }
    }

    /// Whether publications arrive.
    package var isFollowing: Bool { self.subscription != .lost }

    private var isBeingRead: Bool {
        switch self.missing {
        case .beingRead, .beingReadInVain: true
        case .nothing, .something, .onTheirWay: false
        }
    }

    private var isAwaiting: Bool { if case .onTheirWay = self.missing { true } else { false } }

    // MARK: The connection

    package enum OnSubscribed: Equatable {
        /// Read the log from there.
        case read(LogRead)
        /// A reading is under way; a reliable one follows it.
        case wait
    }

    /// The subscription is confirmed, for the first time or again: publications arrive from now on.
    package mutating func subscribed() -> OnSubscribed {
        self.subscription = .unverified
        guard !self.isBeingRead else {
            self.miss()
            return .wait
        }
        return .read(self.beginReading())
    }

    /// The subscription is lost: publications do not arrive from now on.
    package mutating func unsubscribed() {
        self.subscription = .lost
        self.miss()
    }

    /// Messages are missing that a reading under way does not bring.
    private mutating func miss() {
        switch self.missing {
        case .nothing, .something, .onTheirWay: self.missing = .something
        case .beingRead(let reading), .beingReadInVain(let reading): self.missing = .beingReadInVain(reading)
        }
    }

    // MARK: Publications

    package enum OnPublication: Equatable {
        /// Hand it on; it is the next one.
        case deliver
        /// Read the log from there; it is held until then.
        case read(LogRead)
        /// It is held until the reading under way has come back.
        case hold
        /// It was handed on before, or there is no space to hold it and the log will bring it.
        case drop
    }

    /// A message was published in the room.
    package mutating func received(_ publication: Publication) -> OnPublication {
        if self.subscription == .verified, let position = self.place?.position,
            position.epoch == publication.position.epoch
        {
            if publication.position.seq == position.seq + 1 {
                guard self.place?.contradicts(publication.position) == true else {
                    self.place?.advance(to: publication)
                    return .deliver
                }
                self.doubt()
            }
            guard publication.position.seq > position.seq else { return .drop }
        }
        guard self.held.append(publication) else { return .drop }
        guard self.isFollowing, !self.isBeingRead else { return .hold }
        return .read(self.beginReading())
    }

    /// A receipt or a page says that the log has reached this position.
    package mutating func stored(_ position: LogPosition) { self.place?.stored(position) }

    // MARK: The log

    package enum OnCheck: Equatable {
        /// Read the log from there.
        case read(LogRead)
        /// Nothing can be read now, or it is being read.
        case none
    }

    /// It is time to compare the position with the head: the room was quiet, or the log's server was away.
    ///
    /// - Parameter hasWaited: Whether messages on their way have had their time. Without it, a page that does not have
    ///   them is not asked for again: it would prove nothing, however often it came.
    /// - Returns: What to read.
    package mutating func check(hasWaited: Bool = false) -> OnCheck {
        guard !self.isBeingRead, self.place != nil || self.isFollowing else { return .none }
        if case .onTheirWay = self.missing, !hasWaited { return .none }
        return .read(self.beginReading(hasWaited: hasWaited))
    }

    /// The log has begun anew: a reading under way may have been too early to see it.
    package mutating func cleared() -> OnCheck {
        if self.isBeingRead || self.isAwaiting { self.miss() }
        return self.check()
    }

    private mutating func beginReading(fromStart: Bool = false, hasWaited: Bool = false) -> LogRead {
        let start = fromStart ? nil : self.place
        // Where some have come meanwhile, those after them have their own time.
        var isSame = false
        if case .onTheirWay(let seq) = self.missing { isSame = seq == start?.position.seq }
        let hasWaited = hasWaited && isSame
        self.missing = .beingRead(Reading(of: start, heldBefore: self.held.count, hasWaited: hasWaited))
        return self.place == nil ? .head : .after(start?.position.seq ?? 0)
    }

    package enum OnPage: Equatable {
        /// Hand these on; nothing is missing then.
        case deliver([RoomFeedEvent])
        /// Hand these on and read further from there.
        case read([RoomFeedEvent], LogRead)
        /// The log was rolled back: put another epoch in this one's place, unless that was done already, and read the
        /// log from its beginning.
        case replaceEpoch(Epoch, LogRead)
        /// Hand these on; the log no longer has the next ones, but they may be on their way: read again after a while.
        case wait([RoomFeedEvent])
        /// There was no request for it.
        case ignore
    }

    /// The log was read from where ``LogRead`` said.
    ///
    /// - Parameters:
    ///   - page: The messages after that position.
    ///   - anchor: The message at that position; nil when the log does not keep it.
    /// - Returns: The events to hand on, and whether to read further.
    package mutating func read(_ page: LogPage, anchor: ByteBuffer?) -> OnPage {
        let reading: Reading
        switch self.missing {
        case .nothing, .something, .onTheirWay: return .ignore
        case .beingRead(let asked): (reading, self.missing) = (asked, .nothing)
        case .beingReadInVain(let asked): (reading, self.missing) = (asked, .something)
        }
        guard let place else {
            self.place = Place(at: page.headPosition, message: anchor, page.runs)
            self.dropUnlogged(page, reading)
            return self.settle([], page)
        }
        guard page.epoch == place.position.epoch else { return self.startAnew(page, reading) }
        guard reading.isOfSameLog(as: page, anchor: anchor),
            !place.contradicts(page, anchor: anchor, at: reading.seq)
        else {
            self.doubt()
            return .replaceEpoch(page.epoch, self.beginReading(fromStart: true))
        }
        self.dropUnlogged(page, reading)
        switch self.merge(page, mayWait: !reading.hasWaited) {
        case .complete(let events): return self.settle(events, page)
        case .ahead(let events):
            guard let position = self.place?.position else { return .ignore }
            self.missing = .onTheirWay(after: position.seq)
            return .wait(events + self.held.take(following: position).map { self.take($0) })
        }
    }

    /// The log could not be read; ``needsRead`` stays until it can.
    package mutating func readFailed() { self.missing = .something }

    /// Publications are held until the log has been read again.
    private mutating func doubt() { if self.subscription == .verified { self.subscription = .unverified } }

    /// The log has another epoch: forget the position, and take everything that the new log keeps.
    private mutating func startAnew(_ page: LogPage, _ reading: Reading) -> OnPage {
        let reset = RoomFeedEvent.reset(head: page.headPosition)
        self.place = Place(at: LogPosition(epoch: page.epoch, seq: 0), message: nil, page.runs)
        self.doubt()
        // A page that does not begin at the first message does not show the messages before it.
        guard reading.seq == 0 else { return .read([reset], self.beginReading()) }
        self.dropUnlogged(page, reading)
        return self.settle([reset] + self.merge(page, mayWait: false).events, page)
    }

    private mutating func dropUnlogged(_ page: LogPage, _ reading: Reading) {
        self.droppedCount += self.held.dropUnlogged(page, before: reading.heldBefore)
    }

    private enum Merged {
        /// Nothing is missing up to the end of the page.
        case complete([RoomFeedEvent])
        /// The page begins after messages that may be on their way.
        case ahead([RoomFeedEvent])

        var events: [RoomFeedEvent] {
            switch self {
            case .complete(let events), .ahead(let events): events
            }
        }
    }

    /// Takes the page's messages after the position and those of the held ones that the log no longer keeps, and a gap
    /// for those that neither has.
    ///
    /// A verified subscription brings everything in order, but may be slower than the log's answer. So what it has not
    /// brought is lost only when it has brought something later, or nothing for a while.
    private mutating func merge(_ page: LogPage, mayWait: Bool) -> Merged {
        var events: [RoomFeedEvent] = []
        var held = self.held.inOrder(of: page.epoch)[...]
        let mayWait = mayWait && self.subscription == .verified
        // A log that claims messages but has none of them has lost its end: there is nothing more to read.
        let ends = page.publications.isEmpty ? [page.head + 1] : page.publications.map(\.position.seq)
        for (index, end) in ends.enumerated() {
            while let position = self.place?.position, position.seq + 1 < end {
                held = held.drop { $0.position.seq <= position.seq }
                guard !mayWait || !held.isEmpty else { return .ahead(events) }
                let next = held.first.flatMap { $0.position.seq < end ? $0 : nil }
                if let gap = self.place?.skip(to: next?.position.seq ?? end, page.runs) { events.append(gap) }
                if let next { events.append(self.take(next)) }
            }
            guard index < page.publications.count, let position = self.place?.position, end > position.seq else {
                continue
            }
            events.append(self.take(page.publications[index]))
        }
        return .complete(events)
    }

    private mutating func take(_ publication: Publication) -> RoomFeedEvent {
        self.place?.advance(to: publication)
        return .publication(publication)
    }

    /// Takes the held publications that follow, and decides whether the log must be read again.
    private mutating func settle(_ merged: [RoomFeedEvent], _ page: LogPage) -> OnPage {
        guard let position = self.place?.position, position.seq >= page.head else {
            return .read(merged, self.beginReading())
        }
        if self.isFollowing { self.subscription = self.needsRead ? .unverified : .verified }
        var events = merged
        for publication in self.held.take(following: position) { events.append(self.take(publication)) }
        guard self.held.endReading() || (self.needsRead && self.isFollowing) else { return .deliver(events) }
        return .read(events, self.beginReading())
    }
}

/// The place from which to read a room's log.
package enum LogRead: Equatable, Sendable {
    /// No messages, only the head, with the newest message as the anchor.
    case head
    /// The messages after this number, with the message of this number as the anchor.
    case after(Int)
}

/// The events that a feed hands on.
package enum RoomFeedEvent: Equatable, Sendable {
    case publication(Publication)
    /// Messages that the log no longer has.
    case gap(epoch: Epoch, from: Int, to: Int)
    /// The log was replaced by another one with this head.
    case reset(head: LogPosition)
}
