import ChatCore
import Synchronization

/// A broker in memory whose events about users get lost when a test wants it.
final class LossyBroker: ForwardingBroker {
    let base: any Broker = MemoryBroker.forTests()
    private let outlets = Mutex<[ObjectIdentifier: Outlet]>([:])
    private let counts = Mutex((isLossy: false, lists: 0, releases: [Release]()))
    private let interlude = Mutex<(@Sendable () async -> Void)?>(nil)

    /// Does something when the next session has been read, before its reader has it.
    func meanwhile(_ work: @escaping @Sendable () async -> Void) { self.interlude.withLock { $0 = work } }

    /// What a holder that goes away lets end, and when.
    struct Release {
        var entries: [RoomName: [UserID]]
        var delay: Duration
    }

    /// Stands before a subscriber.
    private final class Outlet: BrokerSubscriber {
        let subscriber: any BrokerSubscriber
        let broker: LossyBroker

        init(_ subscriber: any BrokerSubscriber, _ broker: LossyBroker) {
            self.subscriber = subscriber
            self.broker = broker
        }

        func receive(_ events: [BrokerEvent]) {
            let isLossy = self.broker.isLossy
            self.subscriber.receive(
                events.filter { event in
                    switch event {
                    case .room(_, .presence), .renamed: !isLossy
                    case .room, .status: true
                    }
                }
            )
        }
    }

    /// Whether events about users get lost.
    var isLossy: Bool {
        get { self.counts.withLock { $0.isLossy } }
        set { self.counts.withLock { $0.isLossy = newValue } }
    }

    /// What was let end.
    var releases: [Release] { self.counts.withLock { $0.releases } }

    /// How often lists of members were read.
    var lists: Int { self.counts.withLock { $0.lists } }

    /// Hands events to all shards, in one call for each.
    func tell(_ events: [BrokerEvent]) {
        for outlet in self.outlets.withLock({ Array($0.values) }) { outlet.subscriber.receive(events) }
    }

    private func outlet(_ subscriber: any BrokerSubscriber) -> Outlet {
        self.outlets.withLock { outlets in
            if let known = outlets[ObjectIdentifier(subscriber)] { return known }
            let outlet = Outlet(subscriber, self)
            outlets[ObjectIdentifier(subscriber)] = outlet
            return outlet
        }
    }

    func attach(_ subscriber: any BrokerSubscriber) { self.base.attach(self.outlet(subscriber)) }

    func subscribe(
        _ room: RoomName,
        _ subscriber: any BrokerSubscriber
    ) async throws(BrokerError) -> LogPosition {
        try await self.base.subscribe(room, self.outlet(subscriber))
    }

    func unsubscribe(_ room: RoomName, _ subscriber: any BrokerSubscriber) async {
        await self.base.unsubscribe(room, self.outlet(subscriber))
    }

    func members(_ room: RoomName, cursor: String?, limit: Int) async throws(BrokerError) -> MemberPage {
        self.counts.withLock { $0.lists += 1 }
        return try await self.base.members(room, cursor: cursor, limit: limit)
    }

    func release(
        _ holder: HolderID,
        _ entries: [RoomName: [UserID]],
        after delay: Duration
    ) async throws(BrokerError) {
        self.counts.withLock { $0.releases.append(Release(entries: entries, delay: delay)) }
    }

    func session(_ hash: String) async throws(BrokerError) -> User? {
        let user = try await self.base.session(hash)
        let next = self.interlude.withLock { $0.take() }
        await next?()
        return user
    }
}
