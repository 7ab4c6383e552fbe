internal import ChatCore

/// Gathers the events for a subscriber, so that it is called once for everything that one read of the socket brought.
final class SubscriberOutlet {
    fileprivate let subscriber: any BrokerSubscriber
    /// The number of its rooms, plus one if it is attached to the node.
    fileprivate var uses = 0
    private var events: [BrokerEvent] = []

    fileprivate init(_ subscriber: any BrokerSubscriber) { self.subscriber = subscriber }

    /// Adds an event; returns whether it is the first one since the last flush.
    fileprivate func append(_ event: BrokerEvent) -> Bool {
        self.events.append(event)
        return self.events.count == 1
    }

    fileprivate func flush() {
        let events = self.events
        self.events = []
        if !events.isEmpty { self.subscriber.receive(events) }
    }
}

/// All receivers of events on this node.
///
/// It belongs to the broker and is used on its event loop only.
final class SubscriberOutlets {
    private var outlets: [ObjectIdentifier: SubscriberOutlet] = [:]
    private var attached: [SubscriberOutlet] = []
    private var unflushed: [SubscriberOutlet] = []

    /// The outlet of a subscriber, which is known from now on until its last use ends.
    func outlet(of subscriber: any BrokerSubscriber) -> SubscriberOutlet {
        let id = ObjectIdentifier(subscriber)
        if let known = self.outlets[id] { return known }
        let outlet = SubscriberOutlet(subscriber)
        self.outlets[id] = outlet
        return outlet
    }

    /// The outlet of a subscriber that is known.
    func known(_ subscriber: any BrokerSubscriber) -> SubscriberOutlet? { self.outlets[ObjectIdentifier(subscriber)] }

    /// A room begins to use an outlet.
    func began(_ outlet: SubscriberOutlet) { outlet.uses += 1 }

    /// A room stops using an outlet.
    func ended(_ outlet: SubscriberOutlet) {
        outlet.uses -= 1
        if outlet.uses == 0 { self.outlets[ObjectIdentifier(outlet.subscriber)] = nil }
    }

    /// Attaches a subscriber for events of the whole node.
    ///
    /// - Returns: Its outlet; nil when it was attached before.
    func attach(_ subscriber: any BrokerSubscriber) -> SubscriberOutlet? {
        let outlet = self.outlet(of: subscriber)
        guard !self.attached.contains(where: { $0 === outlet }) else { return nil }
        self.began(outlet)
        self.attached.append(outlet)
        return outlet
    }

    /// Hands an event to one subscriber; it gets it with the next ``flush()``.
    func hand(_ event: BrokerEvent, to outlet: SubscriberOutlet) {
        if outlet.append(event) { self.unflushed.append(outlet) }
    }

    /// Hands an event to all that are attached, at once.
    func tellAttached(_ event: BrokerEvent) {
        for outlet in self.attached { self.hand(event, to: outlet) }
        self.flush()
    }

    /// Calls every subscriber that has events waiting.
    func flush() {
        let outlets = self.unflushed
        self.unflushed.removeAll(keepingCapacity: true)
        for outlet in outlets { outlet.flush() }
    }
}
