import ChatCore
import ChatMemory

/// A broker that leaves to another what it does not do itself.
protocol ForwardingBroker: Broker {
    var base: any Broker { get }
}

extension ForwardingBroker {
    func publish(_ drafts: [Draft]) async -> [Result<Receipt, BrokerError>] { await self.base.publish(drafts) }

    func settle(_ spendings: [Spending]) async throws(BrokerError) -> [Int] { try await self.base.settle(spendings) }

    func delete(_ deletion: Deletion) async throws(BrokerError) -> Receipt? { try await self.base.delete(deletion) }

    func subscribe(
        _ room: RoomName,
        _ subscriber: any BrokerSubscriber
    ) async throws(BrokerError) -> LogPosition {
        try await self.base.subscribe(room, subscriber)
    }

    func unsubscribe(_ room: RoomName, _ subscriber: any BrokerSubscriber) async {
        await self.base.unsubscribe(room, subscriber)
    }

    func log(_ room: RoomName, after seq: Int, limit: Int) async throws(BrokerError) -> LogPage {
        try await self.base.log(room, after: seq, limit: limit)
    }

    func log(_ room: RoomName, before seq: Int?, limit: Int) async throws(BrokerError) -> LogPage {
        try await self.base.log(room, before: seq, limit: limit)
    }

    func rooms(after cursor: RoomName?, limit: Int) async throws(BrokerError) -> RoomPage {
        try await self.base.rooms(after: cursor, limit: limit)
    }

    @discardableResult
    func enter(_ room: RoomName, _ user: User, holder: HolderID) async throws(BrokerError) -> Int {
        try await self.base.enter(room, user, holder: holder)
    }

    func leave(_ room: RoomName, _ user: UserID, holder: HolderID) async throws(BrokerError) {
        try await self.base.leave(room, user, holder: holder)
    }

    func renew(_ holder: HolderID) async throws(BrokerError) -> LeaseState { try await self.base.renew(holder) }

    func restore(_ holder: HolderID, _ parts: [HeldPart]) async -> [Result<HeldPart.Answer, BrokerError>] {
        await self.base.restore(holder, parts)
    }

    func release(_ holder: HolderID, after delay: Duration) async throws(BrokerError) {
        try await self.base.release(holder, after: delay)
    }

    func members(
        _ room: RoomName,
        cursor: String?,
        limit: Int,
        told: Int
    ) async throws(BrokerError) -> MemberPage {
        try await self.base.members(room, cursor: cursor, limit: limit, told: told)
    }

    func signalTyping(_ room: RoomName, _ user: User, active: Bool) async {
        await self.base.signalTyping(room, user, active: active)
    }

    func session(_ hash: String) async throws(BrokerError) -> User? { try await self.base.session(hash) }

    func user(ofSession hash: String) async throws(BrokerError) -> User? {
        try await self.base.user(ofSession: hash)
    }

    func hold(_ hash: String) { self.base.hold(hash) }

    func release(_ hash: String) { self.base.release(hash) }

    func saveSession(_ hash: String, _ user: User, isGuest: Bool) async throws(BrokerError) {
        try await self.base.saveSession(hash, user, isGuest: isGuest)
    }

    func rename(_ user: User, session hash: String) async throws(BrokerError) {
        try await self.base.rename(user, session: hash)
    }

    func rename(_ user: User, in room: RoomName) async throws(BrokerError) {
        try await self.base.rename(user, in: room)
    }

    func put(_ ruling: Ruling) async throws(BrokerError) { try await self.base.put(ruling) }
    func lift(_ id: RulingID) async throws(BrokerError) -> Ruling? { try await self.base.lift(id) }

    func rulings(known: RulingList?) async throws(BrokerError) -> RulingList {
        try await self.base.rulings(known: known)
    }

    func record(_ entry: AuditEntry) async throws(BrokerError) { try await self.base.record(entry) }

    func audit(before cursor: String?, limit: Int) async throws(BrokerError) -> AuditPage {
        try await self.base.audit(before: cursor, limit: limit)
    }

    func clear(_ room: RoomName) async throws(BrokerError) { try await self.base.clear(room) }
    var kind: String { self.base.kind }
    func attach(_ subscriber: any BrokerSubscriber) { self.base.attach(subscriber) }
    func counts() async -> BrokerCounts { await self.base.counts() }
    func probe() async throws(BrokerError) { try await self.base.probe() }
    func run() async throws { try await self.base.run() }
}

extension MemoryBroker {
    /// A broker that keeps so many messages of each room, at a time that stands still.
    static func forTests(logMessages: Int = 10_000) -> MemoryBroker {
        var limits = LogLimits()
        limits.messages = logMessages
        return MemoryBroker(limits: limits) { 0 }
    }
}
