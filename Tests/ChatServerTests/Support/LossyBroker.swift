import ChatCore
import ChatMemory
import Synchronization

/// A broker in memory whose events about users get lost when a test wants it.
final class LossyBroker: ForwardingBroker {
    let base: any Broker = MemoryBroker.forTests()
    private let outlets = Mutex<[ObjectIdentifier: Outlet]>([:])
    private let counts = Mutex((isLossy: false, lists: 0, releases: [Duration]()))
    private let holders = Mutex<Set<HolderID>>([])
    private let interlude = Mutex<(@Sendable () async -> Void)?>(nil)

    /// Does something when the next session has been read, before its reader has it.
    func meanwhile(_ work: @escaping @Sendable () async -> Void) { self.interlude.withLock { $0 = work } }

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
                    case .room, .rulings, .presenceIsDoubtful, .status: true
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

    /// After how long holders that went away let their leases end.
    var releases: [Duration] { self.counts.withLock { $0.releases } }

    /// Takes a member away from every holder that has entered one, as if it had been lost.
    func forget(_ user: User, in room: RoomName) async throws(BrokerError) {
        for holder in self.holders.withLock({ $0 }) { try await self.base.leave(room, user.id, holder: holder) }
    }

    func enter(_ room: RoomName, _ user: User, holder: HolderID) async throws(BrokerError) -> Int {
        self.holders.withLock { _ = $0.insert(holder) }
        return try await self.base.enter(room, user, holder: holder)
    }

    private let leases = Mutex((dead: Set<HolderID>(), restorers: Set<HolderID>()))

    /// Takes everybody who has entered somebody for dead; they are told with their next renewal.
    func bury() { self.leases.withLock { $0.dead = self.holders.withLock(\.self) } }

    /// Whom it has taken for dead.
    var dead: HolderID? { self.leases.withLock(\.dead.first) }

    /// Who has restored something.
    var restorers: Set<HolderID> { self.leases.withLock(\.restorers) }

    func renew(_ holder: HolderID) async throws(BrokerError) -> LeaseState {
        self.leases.withLock { $0.dead.contains(holder) } ? .lost : .held
    }

    func restore(_ holder: HolderID, _ parts: [HeldPart]) async -> [Result<HeldPart.Answer, BrokerError>] {
        self.leases.withLock { _ = $0.restorers.insert(holder) }
        return await self.base.restore(holder, parts)
    }

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

    func members(
        _ room: RoomName,
        cursor: String?,
        limit: Int,
        told: Int
    ) async throws(BrokerError) -> MemberPage {
        self.counts.withLock { $0.lists += 1 }
        return try await self.base.members(room, cursor: cursor, limit: limit, told: told)
    }

    func release(_ holder: HolderID, after delay: Duration) async throws(BrokerError) {
        self.counts.withLock { $0.releases.append(delay) }
    }

    func session(_ hash: String) async throws(BrokerError) -> User? {
        let user = try await self.base.session(hash)
        await self.pause()
        return user
    }

    func user(ofSession hash: String) async throws(BrokerError) -> User? {
        let user = try await self.base.user(ofSession: hash)
        await self.pause()
        return user
    }

    private func pause() async {
        let next = self.interlude.withLock { $0.take() }
        await next?()
    }
}
