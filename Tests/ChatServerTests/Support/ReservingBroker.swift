import ChatCore
import ChatMemory
import Synchronization

/// A broker in memory that reserves a name for somebody else just before it stores who has it now.
final class ReservingBroker: ForwardingBroker {
    let base: any Broker = MemoryBroker.forTests()
    private let next = Mutex<UserName?>(nil)

    /// Reserves a name before the next one is stored.
    func reserveNext(_ name: String) throws {
        let name = try UserName(name)
        self.next.withLock { $0 = name }
    }

    private func reserve() async throws(BrokerError) {
        let name = self.next.withLock { next in
            defer { next = nil }
            return next
        }
        guard let name else { return }
        try await self.base.put(Ruling(.reserved(name, for: UserID("u-boss")), issuedAt: 1))
    }

    func saveSession(_ hash: String, _ user: User, isGuest: Bool) async throws(BrokerError) {
        try await self.reserve()
        try await self.base.saveSession(hash, user, isGuest: isGuest)
    }

    func rename(_ user: User, session hash: String) async throws(BrokerError) {
        try await self.reserve()
        try await self.base.rename(user, session: hash)
    }
}
