internal import ChatCore
internal import NIOCore

/// A room that this node listens to: its feed, and its subscribers on this node.
///
/// It belongs to the broker and is used in its isolation only.
final class FollowedRoom {
    let room: RoomName
    let channel: ChannelName
    /// The slot of its keys and its channel in a Cluster; nil with one server.
    let slot: HashSlot?
    let reader: RoomPayloadReader
    var feed = RoomFeed()
    private(set) var outlets: [SubscriberOutlet] = []
    /// Callers that wait for the feed to know the head, and some that have given up.
    private var waiting: [Waiter<LogPosition>] = []
    /// At this number, the callers that have given up are removed: while Redis is away, new ones keep coming.
    private var mostWaiting = 64
    /// The changes of members that have come.
    var presence = PresenceTrack()
    /// Whether Redis was found to have lost some of them.
    var loss = LossNews()
    /// The time of the last upkeep: its keys got more time to live, and its holders were compared with the table of
    /// leases; nil: none yet.
    var upkeptAt: NIODeadline?
    /// The time until which messages may be on their way that a reading of the log did not have.
    var waitsUntil = NIODeadline.distantPast
    /// The time since when nobody on this node wants it; nil while somebody does.
    private(set) var idleSince: NIODeadline?

    init(_ room: RoomName, channel: ChannelName, slot: HashSlot?, textLimit: Int) {
        (self.room, self.slot) = (room, slot)
        self.channel = channel
        self.reader = RoomPayloadReader(room, textLimit: textLimit)
    }

    /// Adds a caller that waits for the head.
    func wait(_ waiter: Waiter<LogPosition>) {
        if self.waiting.count >= self.mostWaiting {
            self.waiting.removeAll(where: \.isDone)
            self.mostWaiting = max(64, 2 * self.waiting.count)
        }
        self.waiting.append(waiter)
    }

    /// Answers the callers that wait for the head.
    func answer(_ head: LogPosition) {
        let waiting = self.waiting
        self.waiting = []
        for waiter in waiting { waiter.resume(.success(head)) }
    }

    /// Fails the callers that wait for the head, with the reason.
    func fail(_ reason: BrokerError) {
        let waiting = self.waiting
        self.waiting = []
        for waiter in waiting { waiter.resume(.failure(reason)) }
    }

    /// Whether a caller waits for the head.
    var isAwaited: Bool { self.waiting.contains { !$0.isDone } }

    /// The number of callers that are kept.
    var waitingCount: Int { self.waiting.count }

    /// Adds an outlet; returns whether it is new.
    func add(_ outlet: SubscriberOutlet) -> Bool {
        self.idleSince = nil
        guard !self.outlets.contains(where: { $0 === outlet }) else { return false }
        self.outlets.append(outlet)
        return true
    }

    /// Removes an outlet; returns whether it was there.
    func remove(_ outlet: SubscriberOutlet) -> Bool {
        guard let index = self.outlets.firstIndex(where: { $0 === outlet }) else { return false }
        self.outlets.remove(at: index)
        if self.outlets.isEmpty { self.idleSince = .now() }
        return true
    }
}
