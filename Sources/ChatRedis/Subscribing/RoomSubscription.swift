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
    /// Who waits for the feed to know the head.
    var waiting: [Waiter<LogPosition>] = []
    /// When something last came, or the head was last compared.
    var lastActivity = NIODeadline.now()
    /// When leases that somebody let end are to be swept.
    var sweepAt: NIODeadline?
    /// Since when nobody on this node wants it; nil while somebody does.
    private(set) var idleSince: NIODeadline?

    init(_ room: RoomName, channel: ChannelName, textLimit: Int) {
        self.room = room
        self.channel = channel
        self.reader = RoomPayloadReader(room, textLimit: textLimit)
    }

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

/// Gathers what a subscriber is handed, so that it is called once for all that one read of the socket brought.
final class SubscriberOutlet {
    let subscriber: any BrokerSubscriber
    /// How many rooms it is in, and one if it is attached to the node.
    var uses = 0
    private var events: [BrokerEvent] = []

    init(_ subscriber: any BrokerSubscriber) { self.subscriber = subscriber }

    /// Adds an event; tells whether it is the first one since the last flush.
    func append(_ event: BrokerEvent) -> Bool {
        self.events.append(event)
        return self.events.count == 1
    }

    func flush() {
        let events = self.events
        self.events = []
        if !events.isEmpty { self.subscriber.receive(events) }
    }
}
