import ChatCore
package import ChatFleet
package import ChatRedis

/// What one Redis of several knows of the lists of servers, for the fleet that it belongs to.
final class RedisRoll: ServerRoll {
    private let broker: RedisBroker

    init(_ broker: RedisBroker) { self.broker = broker }

    func roll() async throws(BrokerError) -> RollState { try await self.state(after: .read) }

    func raise() async throws(BrokerError) -> RollState { try await self.state(after: .raise) }

    func follow(_ list: [String]) async throws(BrokerError) -> RollState { try await self.state(after: .follow(list)) }

    func left(_ server: String, by list: [String]) async throws(BrokerError) -> RollState {
        try await self.state(after: .left(server, by: list))
    }

    func settle() async throws(BrokerError) -> RollState { try await self.state(after: .settle) }

    func watch(_ changed: @escaping @Sendable () -> Void) { self.broker.watchLists(changed) }

    private func state(after change: RedisBroker.ListChange) async throws(BrokerError) -> RollState {
        let lists = try await self.broker.lists(after: change)
        return RollState(
            newest: lists.newest,
            held: lists.held,
            isOutdated: lists.isOutdated,
            hasLoners: lists.hasLoners,
            awaitsLeavers: lists.awaitsLeavers
        )
    }
}

extension Fleet.Server {
    /// A Redis of several; its broker must know the list (``RedisConfiguration/list``).
    package init(name: String, redis broker: RedisBroker) {
        self.init(name: name, broker: broker, roll: RedisRoll(broker))
    }
}
