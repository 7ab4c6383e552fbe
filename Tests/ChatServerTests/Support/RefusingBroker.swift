import ChatCore
import ChatMemory

/// A broker in memory that hands on nothing: every `subscribe` fails at once.
final class RefusingBroker: ForwardingBroker {
    let base: any Broker = MemoryBroker.forTests()

    func subscribe(
        _ room: RoomName,
        _ subscriber: any BrokerSubscriber
    ) async throws(BrokerError) -> LogPosition {
        throw BrokerError(.refused, "not now")
    }

    func probe() async throws(BrokerError) { throw BrokerError(.refused, "not now") }
}
