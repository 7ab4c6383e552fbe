internal import ChatCore
internal import Synchronization

/// What a fleet tells its subscribers of the whole node: the news of each server, with the rooms that it concerns.
final class FleetNews: Sendable {
    private struct State {
        var subscribers: [any BrokerSubscriber] = []
        /// What is away now, for subscribers that come later.
        var outages: [BrokerEvent] = []
    }

    private let scopes: [RoomScope]
    private let state = Mutex(State())

    init(_ servers: Rendezvous, _ homes: RoomHomes) {
        self.scopes = servers.servers.enumerated().map { index, name in
            RoomScope(named: "server \(name)") { homes.home(of: $0) == index }
        }
    }

    /// Makes the receiver of a server's news.
    ///
    /// - Parameters:
    ///   - index: The server's place.
    ///   - changed: Called with the news that the server was lost or regained. Subscribers are told of a loss after that, and
    ///     of a return by ``regained(_:detail:)``.
    /// - Returns: The receiver.
    func relay(
        of index: Int,
        changed: @escaping @Sendable (ServerStatus, _ detail: String) -> Void
    ) -> any BrokerSubscriber {
        Relay(index, self, changed)
    }

    /// A server is back, and has rooms.
    func regained(_ index: Int, detail: String) {
        self.tell([.status(.ok, detail: detail, of: self.scopes[index])])
    }

    /// Adds a subscriber; it gets what is away now.
    func attach(_ subscriber: any BrokerSubscriber) {
        self.state.withLock { state in
            guard !state.subscribers.contains(where: { $0 === subscriber }) else { return }
            state.subscribers.append(subscriber)
            if !state.outages.isEmpty { subscriber.receive(state.outages) }
        }
    }

    /// Tells every subscriber; under the lock, so that all see the same order.
    func tell(_ events: [BrokerEvent]) {
        guard !events.isEmpty else { return }
        self.state.withLock { state in
            for case .status(let status, let detail, let scope) in events {
                state.outages.removeAll { if case .status(_, _, scope) = $0 { true } else { false } }
                if status == .degraded { state.outages.append(.status(status, detail: detail, of: scope)) }
            }
            for subscriber in state.subscribers { subscriber.receive(events) }
        }
    }

    fileprivate func heard(_ events: [BrokerEvent], from index: Int) {
        self.tell(events.compactMap { self.translated($0, from: index) })
    }

    private func translated(_ event: BrokerEvent, from index: Int) -> BrokerEvent? {
        switch event {
        // One that is back may not know yet which rooms it has.
        case .status(.ok, _, _): nil
        case .status(let status, let detail, _): .status(status, detail: detail, of: self.scopes[index])
        case .presenceIsDoubtful: .presenceIsDoubtful(of: self.scopes[index])
        case .renamed: event
        // Each ruling is put at every server; its news counts where its version does.
        case .rulings: index == RulingCopies.original ? event : nil
        // Nobody subscribes to rooms through a fleet's relay.
        case .room: nil
        }
    }

    /// Receives the events of one server.
    private final class Relay: BrokerSubscriber {
        private let index: Int
        private let news: FleetNews
        private let changed: @Sendable (ServerStatus, String) -> Void

        init(_ index: Int, _ news: FleetNews, _ changed: @escaping @Sendable (ServerStatus, String) -> Void) {
            (self.index, self.news, self.changed) = (index, news, changed)
        }

        func receive(_ events: [BrokerEvent]) {
            for case .status(let status, let detail, _) in events { self.changed(status, detail) }
            self.news.heard(events, from: self.index)
        }
    }
}
