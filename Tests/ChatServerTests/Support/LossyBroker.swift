import ChatCore
import Synchronization

/// A broker in memory whose events about users get lost when a test wants it.
final class LossyBroker: Broker {
    private let memory = MemoryBroker(limits: LogLimits(), listLimit: 200) { 0 }
    private let outlets = Mutex<[ObjectIdentifier: Outlet]>([:])
    private let counts = Mutex((isLossy: false, lists: 0))

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

    func attach(_ subscriber: any BrokerSubscriber) { self.memory.attach(self.outlet(subscriber)) }

    func subscribe(
        _ room: RoomName,
        _ subscriber: any BrokerSubscriber
    ) async throws(BrokerError) -> LogPosition {
        try await self.memory.subscribe(room, self.outlet(subscriber))
    }

    func unsubscribe(_ room: RoomName, _ subscriber: any BrokerSubscriber) async {
        await self.memory.unsubscribe(room, self.outlet(subscriber))
    }

    func members(_ room: RoomName, cursor: String?, limit: Int) async throws(BrokerError) -> MemberPage {
        self.counts.withLock { $0.lists += 1 }
        return try await self.memory.members(room, cursor: cursor, limit: limit)
    }

    // MARK: As in memory

    func publish(_ drafts: [Draft]) async -> [Result<Receipt, BrokerError>] { await self.memory.publish(drafts) }

    func log(_ room: RoomName, after seq: Int, limit: Int) async throws(BrokerError) -> LogPage {
        try await self.memory.log(room, after: seq, limit: limit)
    }

    func log(_ room: RoomName, before seq: Int?, limit: Int) async throws(BrokerError) -> LogPage {
        try await self.memory.log(room, before: seq, limit: limit)
    }

    func rooms(after cursor: RoomName?, limit: Int) async throws(BrokerError) -> RoomPage {
        try await self.memory.rooms(after: cursor, limit: limit)
    }

    func enter(_ room: RoomName, _ user: User, holder: HolderID) async throws(BrokerError) -> MemberPage {
        try await self.memory.enter(room, user, holder: holder)
    }

    func leave(_ room: RoomName, _ user: UserID, holder: HolderID) async throws(BrokerError) {
        try await self.memory.leave(room, user, holder: holder)
    }

    func renew(_ holder: HolderID, _ entries: [RoomName: [User]]) async throws(BrokerError) -> [RoomName: Int] {
        try await self.memory.renew(holder, entries)
    }

    func signalTyping(_ room: RoomName, _ user: User, active: Bool) async {
        await self.memory.signalTyping(room, user, active: active)
    }

    func session(_ hash: String) async throws(BrokerError) -> User? { try await self.memory.session(hash) }

    func saveSession(_ hash: String, _ user: User) async throws(BrokerError) {
        try await self.memory.saveSession(hash, user)
    }

    func rename(_ user: User, session hash: String) async throws(BrokerError) {
        try await self.memory.rename(user, session: hash)
    }

    func rename(_ user: User, in room: RoomName) async throws(BrokerError) {
        try await self.memory.rename(user, in: room)
    }

    func probe() async throws(BrokerError) {}
    func run() async throws { try await self.memory.run() }
}
