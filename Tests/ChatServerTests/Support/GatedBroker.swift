import ChatCore
import ChatMemory
import Synchronization

/// A broker in memory whose messages a test hands on in an order of its own, and whose answers wait at gates.
///
/// What an answer says is what was true when the question came.
final class GatedBroker: ForwardingBroker {
    let base: any Broker = MemoryBroker.forTests()
    /// Where the answers to `subscribe` pass.
    let heads = Gate()
    /// Where the pages of a log pass.
    let pages = Gate()
    /// Where pages of the past pass.
    let pasts = Gate()
    private let outlets = Mutex<[ObjectIdentifier: Outlet]>([:])
    private let kept = Mutex<[BrokerEvent]?>(nil)

    /// Stands before a subscriber.
    private final class Outlet: BrokerSubscriber {
        let subscriber: any BrokerSubscriber
        let broker: GatedBroker

        init(_ subscriber: any BrokerSubscriber, _ broker: GatedBroker) {
            self.subscriber = subscriber
            self.broker = broker
        }

        func receive(_ events: [BrokerEvent]) {
            self.subscriber.receive(events.filter { !self.broker.keep($0) })
        }
    }

    /// From now on messages are kept, until they are handed on one by one, or no more.
    func keepMessages(_ keeps: Bool) { self.kept.withLock { $0 = keeps ? [] : nil } }

    /// Hands on the oldest or the newest of the messages that are kept, and forgets it.
    func handOn(newest: Bool) {
        guard let event = self.kept.withLock({ newest ? $0?.popLast() : $0?.removeFirst() }) else { return }
        for outlet in self.outlets.withLock({ Array($0.values) }) { outlet.subscriber.receive([event]) }
    }

    private func keep(_ event: BrokerEvent) -> Bool {
        guard case .room(_, .publication) = event else { return false }
        return self.kept.withLock { kept in
            kept?.append(event)
            return kept != nil
        }
    }

    private func outlet(_ subscriber: any BrokerSubscriber) -> Outlet {
        self.outlets.withLock { outlets in
            if let known = outlets[ObjectIdentifier(subscriber)] { return known }
            let outlet = Outlet(subscriber, self)
            outlets[ObjectIdentifier(subscriber)] = outlet
            return outlet
        }
    }

    func attach(_ subscriber: any BrokerSubscriber) { self.base.attach(self.outlet(subscriber)) }

    func subscribe(_ room: RoomName, _ subscriber: any BrokerSubscriber) async throws(BrokerError) -> LogPosition {
        let head = try await self.base.subscribe(room, self.outlet(subscriber))
        await self.heads.pass()
        return head
    }

    func unsubscribe(_ room: RoomName, _ subscriber: any BrokerSubscriber) async {
        await self.base.unsubscribe(room, self.outlet(subscriber))
    }

    func log(_ room: RoomName, after seq: Int, limit: Int) async throws(BrokerError) -> LogPage {
        let page = try await self.base.log(room, after: seq, limit: limit)
        await self.pages.pass()
        return page
    }

    func log(_ room: RoomName, before seq: Int?, limit: Int) async throws(BrokerError) -> LogPage {
        let page = try await self.base.log(room, before: seq, limit: limit)
        await self.pasts.pass()
        return page
    }
}

/// What passes waits while it is closed.
final class Gate: Sendable {
    private struct State {
        var isClosed = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var watching: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func close() { self.state.withLock { $0.isClosed = true } }

    func open() {
        let waiting = self.state.withLock { state in
            state.isClosed = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when somebody waits here.
    func arrival() async {
        await withCheckedContinuation { continuation in
            let isHere = self.state.withLock { state in
                if state.waiting.isEmpty { state.watching.append(continuation) }
                return !state.waiting.isEmpty
            }
            if isHere { continuation.resume() }
        }
    }

    fileprivate func pass() async {
        await withCheckedContinuation { continuation in
            let (isOpen, watching) = self.state.withLock { state in
                guard state.isClosed else { return (true, [CheckedContinuation<Void, Never>]()) }
                state.waiting.append(continuation)
                defer { state.watching = [] }
                return (false, state.watching)
            }
            for watcher in watching { watcher.resume() }
            if isOpen { continuation.resume() }
        }
    }
}
