import ChatCore
import Logging
import Synchronization
import TestSupport
import Testing

@testable import ChatFleet

/// What the members of a server's rooms are told, and when.
@Suite(.patience) struct ListWatchTests {
    @Test func `a server that is back without its data is told of when it has its rooms, and not before`() async throws
    {
        let lobby = try RoomName("lobby")
        let order = Rendezvous(["a", "b"])
        let roll = EmptyRoll(order.servers)
        let news = FleetNews(order, RoomHomes(order))
        let watch = ListWatch([HeldRoll(order.servers), roll], order, telling: news, logger: Logger(label: "test"))
        let relay = news.relay(of: 1) { watch.changed(1, isUp: $0 == .ok, detail: $1) }
        let listener = StatusListener()
        news.attach(listener)
        relay.receive([.status(.degraded, detail: "away")])
        relay.receive([.status(.ok, detail: "back")])
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await watch.run() }
            for await _ in roll.asked { break }
            #expect(listener.heard == [.degraded])
            roll.allow()
            for await status in listener.statuses where status == .ok { break }
            #expect(listener.heard == [.degraded, .ok])
            #expect(watch.refusal(lobby, at: 1) == nil)
            group.cancelAll()
        }
    }

    @Test func `a server that is lost again before it has its rooms is told of as lost once more, and not as back`()
        async
    {
        let order = Rendezvous(["a", "b"])
        let roll = EmptyRoll(order.servers)
        let news = FleetNews(order, RoomHomes(order))
        let watch = ListWatch([HeldRoll(order.servers), roll], order, telling: news, logger: Logger(label: "test"))
        let relay = news.relay(of: 1) { watch.changed(1, isUp: $0 == .ok, detail: $1) }
        let listener = StatusListener()
        news.attach(listener)
        relay.receive([.status(.ok, detail: "back")])
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await watch.run() }
            for await _ in roll.asked { break }
            relay.receive([.status(.degraded, detail: "away")])
            // The answer of before the loss comes now.
            roll.allow()
            relay.receive([.status(.ok, detail: "back again")])
            for await status in listener.statuses where status == .ok { break }
            #expect(listener.heard == [.degraded, .ok])
            #expect(listener.details == ["away", "back again"])
            group.cancelAll()
        }
    }
}

/// What an empty server knows: nothing, then the list, and that it holds when the test allows it.
private final class EmptyRoll: ServerRoll {
    private let servers: [String]
    private let state = Mutex(RollState())
    private let allowed = AsyncStream<Void>.makeStream()
    private let settling = AsyncStream<Void>.makeStream()

    init(_ servers: [String]) { self.servers = servers }

    /// Whoever has it settle.
    var asked: AsyncStream<Void> { self.settling.stream }

    func allow() { self.allowed.continuation.finish() }

    func roll() async throws(BrokerError) -> RollState { self.state.withLock(\.self) }

    func raise() async throws(BrokerError) -> RollState {
        self.state.withLock { state in
            state.newest = self.servers
            return state
        }
    }

    func settle() async throws(BrokerError) -> RollState {
        self.settling.continuation.yield()
        for await _ in self.allowed.stream {}
        return self.state.withLock { state in
            state.held = self.servers
            return state
        }
    }

    func follow(_ list: [String]) async throws(BrokerError) -> RollState { try await self.roll() }
    func left(_ server: String, by list: [String]) async throws(BrokerError) -> RollState { try await self.roll() }
    func watch(_ changed: @escaping @Sendable () -> Void) {}
}

/// Somebody who is told of outages.
private final class StatusListener: BrokerSubscriber {
    private let news = Mutex<[(status: ServerStatus, detail: String)]>([])
    private let stream = AsyncStream<ServerStatus>.makeStream()

    var statuses: AsyncStream<ServerStatus> { self.stream.stream }
    var heard: [ServerStatus] { self.news.withLock { $0.map(\.status) } }
    var details: [String] { self.news.withLock { $0.map(\.detail) } }

    func receive(_ events: [BrokerEvent]) {
        for case .status(let status, let detail, _) in events {
            self.news.withLock { $0.append((status, detail)) }
            self.stream.continuation.yield(status)
        }
    }
}
