import ChatCore
import Synchronization

/// A broker in memory that counts how often a log is read, and how often members are listed.
final class CountingBroker: ForwardingBroker {
    let base: any Broker
    private let counts = Mutex((readings: 0, listings: 0))

    init(_ base: any Broker) { self.base = base }

    var readings: Int { self.counts.withLock(\.readings) }
    var listings: Int { self.counts.withLock(\.listings) }

    func log(_ room: RoomName, after seq: Int, limit: Int) async throws(BrokerError) -> LogPage {
        self.counts.withLock { $0.readings += 1 }
        return try await self.base.log(room, after: seq, limit: limit)
    }

    func members(_ room: RoomName, cursor: String?, limit: Int) async throws(BrokerError) -> MemberPage {
        self.counts.withLock { $0.listings += 1 }
        return try await self.base.members(room, cursor: cursor, limit: limit)
    }
}
