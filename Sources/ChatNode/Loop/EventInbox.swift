import ChatCore
import NIOCore
import Synchronization

/// Takes events from a broker for a shard: from any thread, in order, in batches.
///
/// The lock is held to append or to take a whole batch, never while members are served; a batch costs the loop one
/// wake-up. Past ``maximumEvents``, events are dropped, and the shard reads the missed messages and members from the
/// log and the lists. The broker's status can be read nowhere, so the last such events are kept.
final class EventInbox: BrokerSubscriber, RulingObserver {
    /// The most events that wait for a shard.
    static let maximumEvents = 100_000

    /// The events that waited.
    struct Batch {
        var events: [BrokerEvent] = []
        /// Whether events were dropped after these.
        var hasOverflowed = false
        /// The last dropped event about the broker's status for each scope of rooms.
        var lastStatuses: [BrokerEvent] = []
        /// Changes of the node's rulings.
        var rulings: [RulingBook.Change] = []
        /// Whether so many changed that everything must be looked at again.
        var hasManyRulings = false

        fileprivate var isEmpty: Bool { self.events.isEmpty && self.rulings.isEmpty && !self.hasManyRulings }

        /// An event is dropped; there are as many scopes as servers, and one of all rooms.
        fileprivate mutating func dropped(_ event: BrokerEvent) {
            guard case .status(_, _, let scope) = event else { return }
            self.lastStatuses.removeAll {
                if case .status(_, _, scope) = $0 { true } else { false }
            }
            self.lastStatuses.append(event)
        }
    }

    private struct State {
        var waiting = Batch()
        weak var host: (any LoopHost)?
        var isClosed = false
    }

    private let loop: any EventLoop
    private let state = Mutex(State())

    /// Makes the inbox of the shard on a loop.
    init(loop: any EventLoop) { self.loop = loop }

    /// Sets the shard that takes the events.
    func bind(to shard: any LoopHost) { self.state.withLock { $0.host = shard } }

    /// The shard ends: later events are dropped.
    func close() { self.state.withLock { $0 = State(isClosed: true) } }

    func receive(_ events: [BrokerEvent]) {
        self.wake { waiting in
            let free = Self.maximumEvents - waiting.events.count
            waiting.events.append(contentsOf: events.prefix(free))
            for event in events.dropFirst(free) {
                waiting.hasOverflowed = true
                waiting.dropped(event)
            }
        }
    }

    func changed(_ changes: [RulingBook.Change]) {
        self.wake { waiting in
            if waiting.rulings.count + changes.count > Rulings.maximum { waiting.hasManyRulings = true }
            if !waiting.hasManyRulings { waiting.rulings += changes }
        }
    }

    /// Adds to what waits, and wakes the shard if nothing did.
    private func wake(_ add: (inout Batch) -> Void) {
        let woken = self.state.withLock { state -> (any LoopHost)? in
            guard !state.isClosed else { return nil }
            let wasEmpty = state.waiting.isEmpty
            add(&state.waiting)
            return wasEmpty ? state.host : nil
        }
        guard let woken else { return }
        self.loop.execute { woken.assumeIsolated { $0.takeEvents() } }
    }

    /// Takes all waiting events.
    func take() -> Batch {
        self.state.withLock { state in
            defer { state.waiting = Batch() }
            return state.waiting
        }
    }
}
