internal import ChatCore
internal import NIOCore

/// A room that this node listens to: its feed, and who on this node wants its events.
///
/// It belongs to the broker and is used in its isolation only.
final class RoomSubscription {
    let room: RoomName
    let channel: ChannelName
    let reader: RoomPayloadReader
    var feed = RoomFeed()
    private(set) var outlets: [SubscriberOutlet] = []
    /// Callers who wait for the feed to know the head, and some who have given up.
    private var waiting: [Waiter<LogPosition>] = []
    /// How many there may be before those who have given up are forgotten: while Redis is away, others go on coming.
    private var mostWaiting = 64
    /// The changes of members that have come.
    var presence = PresenceTrack()
    /// Whether Redis was found to have lost some of that.
    var loss = LossNews()
    /// When its keys last got more time to live, and its holders were compared with the table of leases; nil: not yet.
    var upkeptAt: NIODeadline?
    /// Since when nobody on this node wants it; nil while somebody does.
    private(set) var idleSince: NIODeadline?

    init(_ room: RoomName, channel: ChannelName, textLimit: Int) {
        self.room = room
        self.channel = channel
        self.reader = RoomPayloadReader(room, textLimit: textLimit)
    }

    /// Adds somebody who waits for the head.
    func wait(_ waiter: Waiter<LogPosition>) {
        if self.waiting.count >= self.mostWaiting {
            self.waiting.removeAll(where: \.isDone)
            self.mostWaiting = max(64, 2 * self.waiting.count)
        }
        self.waiting.append(waiter)
    }

    /// Tells those who wait for the head.
    func answer(_ head: LogPosition) {
        let waiting = self.waiting
        self.waiting = []
        for waiter in waiting { waiter.resume(.success(head)) }
    }

    /// Tells those who wait for the head why they wait in vain.
    func fail(_ reason: BrokerError) {
        let waiting = self.waiting
        self.waiting = []
        for waiter in waiting { waiter.resume(.failure(reason)) }
    }

    /// Whether somebody waits for the head.
    var isAwaited: Bool { self.waiting.contains { !$0.isDone } }

    /// How many are kept.
    var waitingCount: Int { self.waiting.count }

    /// Adds an outlet; tells whether it is new.
    func add(_ outlet: SubscriberOutlet) -> Bool {
        self.idleSince = nil
        guard !self.outlets.contains(where: { $0 === outlet }) else { return false }
        self.outlets.append(outlet)
        return true
    }

    /// Removes an outlet; tells whether it was there.
    func remove(_ outlet: SubscriberOutlet) -> Bool {
        guard let index = self.outlets.firstIndex(where: { $0 === outlet }) else { return false }
        self.outlets.remove(at: index)
        if self.outlets.isEmpty { self.idleSince = .now() }
        return true
    }
}
