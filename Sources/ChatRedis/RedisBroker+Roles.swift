package import ChatCore
internal import NIOCore

// The broker's functions, and the part that carries each one out. The promises themselves are on the protocols.

// MARK: MessageLog

extension RedisBroker {
    package func publish(_ drafts: [Draft]) async -> [Result<Receipt, BrokerError>] { await self.logs.publish(drafts) }

    package func delete(_ deletion: Deletion) async throws(BrokerError) -> Receipt? {
        try await self.logs.delete(deletion)
    }

    package func subscribe(
        _ room: RoomName,
        _ subscriber: any BrokerSubscriber
    ) async throws(BrokerError) -> LogPosition {
        try await self.rooms.subscribe(room, subscriber)
    }

    package func unsubscribe(_ room: RoomName, _ subscriber: any BrokerSubscriber) async {
        self.rooms.unsubscribe(room, subscriber)
    }

    package func log(_ room: RoomName, after seq: Int, limit: Int) async throws(BrokerError) -> LogPage {
        try await self.logs.page(room, after: seq, limit: limit)
    }

    package func log(_ room: RoomName, before seq: Int?, limit: Int) async throws(BrokerError) -> LogPage {
        try await self.logs.page(room, before: seq, limit: limit)
    }
}

// MARK: PresenceRegistry

extension RedisBroker {
    @discardableResult
    package func enter(_ room: RoomName, _ user: User, holder: HolderID) async throws(BrokerError) -> Int {
        try await self.members.enter(room, user, holder: holder)
    }

    package func leave(_ room: RoomName, _ user: UserID, holder: HolderID) async throws(BrokerError) {
        try await self.members.leave(room, user, holder: holder)
    }

    package func renew(_ holder: HolderID) async throws(BrokerError) -> LeaseState {
        try await self.leases.renew(holder)
    }

    package func restore(_ holder: HolderID, _ parts: [HeldPart]) async -> [Result<HeldPart.Answer, BrokerError>] {
        await self.members.restore(holder, parts)
    }

    package func release(_ holder: HolderID, after delay: Duration) async throws(BrokerError) {
        try await self.leases.release(holder, after: delay)
    }

    package func members(
        _ room: RoomName,
        cursor: String?,
        limit: Int,
        told: Int
    ) async throws(BrokerError) -> MemberPage {
        try await self.members.page(room, cursor: cursor, limit: limit, told: told)
    }

    package func rename(_ user: User, in room: RoomName) async throws(BrokerError) {
        try await self.members.rename(user, in: room)
    }

    package func signalTyping(_ room: RoomName, _ user: User, active: Bool) async {
        self.members.signalTyping(room, user, active: active)
    }
}

// MARK: SessionStore

extension RedisBroker {
    package func session(_ hash: String) async throws(BrokerError) -> User? { try await self.sessions.use(hash) }

    package func user(ofSession hash: String) async throws(BrokerError) -> User? {
        try await self.sessions.user(hash)
    }

    package func saveSession(_ hash: String, _ user: User, isGuest: Bool) async throws(BrokerError) {
        try await self.sessions.save(hash, user, isGuest: isGuest)
    }

    package func rename(_ user: User, session hash: String) async throws(BrokerError) {
        try await self.sessions.rename(user, hash)
    }
}

// MARK: RulingStore

extension RedisBroker {
    package func put(_ ruling: Ruling) async throws(BrokerError) { try await self.rulings.put(ruling) }

    package func lift(_ id: RulingID) async throws(BrokerError) -> Ruling? { try await self.rulings.lift(id) }

    package func rulings(known: RulingList?) async throws(BrokerError) -> RulingList {
        try await self.rulings.list(known: known)
    }

    package func record(_ entry: AuditEntry) async throws(BrokerError) { try await self.rulings.record(entry) }

    package func audit(before cursor: String?, limit: Int) async throws(BrokerError) -> AuditPage {
        try await self.rulings.audit(before: cursor, limit: limit)
    }
}

// MARK: BudgetLedger

extension RedisBroker {
    package func settle(_ spendings: [Spending]) async throws(BrokerError) -> [Int] {
        try await self.budgets.settle(spendings)
    }
}

// MARK: BrokerControl

extension RedisBroker {
    package func rooms(after cursor: RoomName?, limit: Int) async throws(BrokerError) -> RoomPage {
        try await self.directory.page(after: cursor, limit: limit)
    }

    package func clear(_ room: RoomName) async throws(BrokerError) { try await self.logs.clear(room) }

    package nonisolated func attach(_ subscriber: any BrokerSubscriber) {
        self.eventLoop.execute { self.assumeIsolated { $0.add(subscriber) } }
    }

    private func add(_ subscriber: any BrokerSubscriber) {
        guard let outlet = self.outlets.attach(subscriber) else { return }
        guard let reason = self.router.reason else { return }
        self.outlets.hand(.status(.degraded, detail: reason.reason), to: outlet)
        self.outlets.flush()
    }

    package func probe() async throws(BrokerError) { try await self.router.probe(self.keys.layout) }
}
