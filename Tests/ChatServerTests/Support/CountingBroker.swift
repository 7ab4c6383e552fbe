import ChatCore
import Synchronization

/// A broker in memory that counts how often a log is read.
final class CountingBroker: ForwardingBroker {
    let base: any Broker
    private let count = Mutex(0)

    init(_ base: any Broker) { self.base = base }

    var readings: Int { self.count.withLock(\.self) }

    func log(_ room: RoomName, after seq: Int, limit: Int) async throws(BrokerError) -> LogPage {
        self.count.withLock { $0 += 1 }
        return try await self.base.log(room, after: seq, limit: limit)
    }
}
