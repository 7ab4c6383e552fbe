import ChatCore
import Synchronization

/// A broker in memory that counts how often a log is read, members are listed, and sessions are looked up or made.
final class CountingBroker: ForwardingBroker {
    let base: any Broker
    private let counts = Mutex((readings: 0, listings: 0, lookups: 0, names: 0, guests: 0, others: 0))

    init(_ base: any Broker) { self.base = base }

    var readings: Int { self.counts.withLock(\.readings) }
    var listings: Int { self.counts.withLock(\.listings) }
    var lookups: Int { self.counts.withLock(\.lookups) }
    /// How often somebody asked how a user is called now.
    var names: Int { self.counts.withLock(\.names) }
    /// How many sessions were made that are soon forgotten.
    var guests: Int { self.counts.withLock(\.guests) }
    var others: Int { self.counts.withLock(\.others) }

    func log(_ room: RoomName, after seq: Int, limit: Int) async throws(BrokerError) -> LogPage {
        self.counts.withLock { $0.readings += 1 }
        return try await self.base.log(room, after: seq, limit: limit)
    }

    func members(
        _ room: RoomName,
        cursor: String?,
        limit: Int,
        told: Int
    ) async throws(BrokerError) -> MemberPage {
        self.counts.withLock { $0.listings += 1 }
        return try await self.base.members(room, cursor: cursor, limit: limit, told: told)
    }

    func session(_ hash: String) async throws(BrokerError) -> User? {
        self.counts.withLock { $0.lookups += 1 }
        return try await self.base.session(hash)
    }

    func user(ofSession hash: String) async throws(BrokerError) -> User? {
        self.counts.withLock { $0.names += 1 }
        return try await self.base.user(ofSession: hash)
    }

    func saveSession(_ hash: String, _ user: User, isGuest: Bool) async throws(BrokerError) {
        self.counts.withLock {
            if isGuest { $0.guests += 1 } else { $0.others += 1 }
        }
        try await self.base.saveSession(hash, user, isGuest: isGuest)
    }
}
