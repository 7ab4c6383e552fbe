import ChatCore

/// A broker in memory that hands on nothing: every `subscribe` fails at once.
final class RefusingBroker: Broker {
    private let memory = MemoryBroker(limits: LogLimits(), listLimit: 200) { 0 }

    func subscribe(
        _ room: RoomName,
        _ subscriber: any BrokerSubscriber
    ) async throws(BrokerError) -> LogPosition {
        throw BrokerError("not now")
    }

    func unsubscribe(_ room: RoomName, _ subscriber: any BrokerSubscriber) async {}
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

    func renew(_ holder: HolderID, _ entries: [RoomName: [User]]) async throws(BrokerError) -> [RoomName: Int] { [:] }

    func members(_ room: RoomName, cursor: String?, limit: Int) async throws(BrokerError) -> MemberPage {
        try await self.memory.members(room, cursor: cursor, limit: limit)
    }

    func signalTyping(_ room: RoomName, _ user: User, active: Bool) async {}
    func session(_ hash: String) async throws(BrokerError) -> User? { try await self.memory.session(hash) }

    func saveSession(_ hash: String, _ user: User) async throws(BrokerError) {
        try await self.memory.saveSession(hash, user)
    }

    func rename(_ user: User, session hash: String) async throws(BrokerError) {}
    func rename(_ user: User, in room: RoomName) async throws(BrokerError) {}
    func attach(_ subscriber: any BrokerSubscriber) {}
    func probe() async throws(BrokerError) { throw BrokerError("not now") }
    func run() async throws { try await Task.sleep(for: .seconds(3600)) }
}
