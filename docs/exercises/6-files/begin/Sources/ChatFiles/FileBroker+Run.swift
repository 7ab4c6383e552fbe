package import ChatCore
internal import ChatMemory

// What lives as long as the process: members, sessions, rulings and budgets are those of a broker in memory.
extension FileBroker {
    // MARK: Presence

    @discardableResult
    package func enter(_ room: RoomName, _ user: User, holder: HolderID) async throws(BrokerError) -> Int {
        try await self.memory.enter(room, user, holder: holder)
    }

    package func leave(_ room: RoomName, _ user: UserID, holder: HolderID) async throws(BrokerError) {
        try await self.memory.leave(room, user, holder: holder)
    }

    package func renew(_ holder: HolderID) async throws(BrokerError) -> LeaseState {
        try await self.memory.renew(holder)
    }

    package func restore(_ holder: HolderID, _ parts: [HeldPart]) async -> [Result<HeldPart.Answer, BrokerError>] {
        await self.memory.restore(holder, parts)
    }

    package func release(_ holder: HolderID, after delay: Duration) async throws(BrokerError) {
        try await self.memory.release(holder, after: delay)
    }

    package func members(
        _ room: RoomName,
        cursor: String?,
        limit: Int,
        told: Int
    ) async throws(BrokerError) -> MemberPage {
        try await self.memory.members(room, cursor: cursor, limit: limit, told: told)
    }

    package func rename(_ user: User, in room: RoomName) async throws(BrokerError) {
        try await self.memory.rename(user, in: room)
    }

    package func signalTyping(_ room: RoomName, _ user: User, active: Bool) async {
        await self.memory.signalTyping(room, user, active: active)
    }

    // MARK: Sessions

    package func session(_ hash: String) async throws(BrokerError) -> User? { try await self.memory.session(hash) }

    package func user(ofSession hash: String) async throws(BrokerError) -> User? {
        try await self.memory.user(ofSession: hash)
    }

    package func saveSession(_ hash: String, _ user: User, isGuest: Bool) async throws(BrokerError) {
        try await self.memory.saveSession(hash, user, isGuest: isGuest)
    }

    package func hold(_ hash: String) { self.memory.hold(hash) }

    package func release(_ hash: String) { self.memory.release(hash) }

    package func rename(_ user: User, session hash: String) async throws(BrokerError) {
        try await self.memory.rename(user, session: hash)
    }

    // MARK: Rulings

    package func put(_ ruling: Ruling) async throws(BrokerError) { try await self.memory.put(ruling) }

    package func lift(_ id: RulingID) async throws(BrokerError) -> Ruling? { try await self.memory.lift(id) }

    package func rulings(known: RulingList?) async throws(BrokerError) -> RulingList {
        try await self.memory.rulings(known: known)
    }

    package func record(_ entry: AuditEntry) async throws(BrokerError) { try await self.memory.record(entry) }

    package func audit(before cursor: String?, limit: Int) async throws(BrokerError) -> AuditPage {
        try await self.memory.audit(before: cursor, limit: limit)
    }

    // MARK: Budgets and control

    package func settle(_ spendings: [Spending]) async throws(BrokerError) -> [Int] {
        try await self.memory.settle(spendings)
    }

    package func attach(_ subscriber: any BrokerSubscriber) { self.memory.attach(subscriber) }

    package func probe() async throws(BrokerError) { try await self.memory.probe() }

    package func run() async throws { try await self.memory.run() }
}
