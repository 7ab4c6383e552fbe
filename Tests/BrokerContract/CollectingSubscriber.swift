package import ChatCore
package import NIOCore
internal import Synchronization

/// Records what a broker hands out, and lets a test wait for it without sleeping.
package final class CollectingSubscriber: BrokerSubscriber {
    private struct State {
        var events: [BrokerEvent] = []
        var waiters: [Int: Waiter] = [:]
        var nextWaiter = 0
    }

    private struct Waiter {
        var condition: @Sendable ([BrokerEvent]) -> Bool
        var continuation: CheckedContinuation<[BrokerEvent], any Error>
    }

    private let state = Mutex(State())

    package init() {}

    package func receive(_ events: [BrokerEvent]) {
        let (all, done) = self.state.withLock { state in
            state.events += events
            let done = state.waiters.filter { $0.value.condition(state.events) }
            for id in done.keys { state.waiters[id] = nil }
            return (state.events, done.values.map(\.continuation))
        }
        for continuation in done { continuation.resume(returning: all) }
    }

    /// All that has come so far.
    package var events: [BrokerEvent] { self.state.withLock(\.events) }

    /// Waits until what has come meets a condition.
    ///
    /// - Parameter condition: Looks at all events since the beginning.
    /// - Returns: All events since the beginning.
    /// - Throws: `CancellationError` when the test runs out of time.
    @discardableResult
    package func events(
        until condition: @escaping @Sendable ([BrokerEvent]) -> Bool
    ) async throws -> [BrokerEvent] {
        let id = self.state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<[BrokerEvent], any Error>? = self.state.withLock { state in
                    if condition(state.events) { return .success(state.events) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.waiters[id] = Waiter(condition: condition, continuation: continuation)
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            self.state.withLock { $0.waiters.removeValue(forKey: id) }?.continuation
                .resume(throwing: CancellationError())
        }
    }

    /// Waits until so many messages of a room have come.
    package func publications(_ count: Int, in room: RoomName) async throws -> [Publication] {
        try await self.events { $0.publications(in: room).count >= count }.publications(in: room)
    }

    /// Waits until so many changes of a room's members have come.
    package func presence(_ count: Int, in room: RoomName) async throws -> [(PresenceChange, ByteBuffer)] {
        try await self.events { $0.presence(in: room).count >= count }.presence(in: room)
    }
}

extension [BrokerEvent] {
    /// What happened in one room.
    package func events(in room: RoomName) -> [RoomEvent] {
        self.compactMap { if case .room(room, let event) = $0 { event } else { nil } }
    }

    package func publications(in room: RoomName) -> [Publication] {
        self.events(in: room).compactMap { if case .publication(let publication) = $0 { publication } else { nil } }
    }

    package func presence(in room: RoomName) -> [(PresenceChange, ByteBuffer)] {
        self.events(in: room).compactMap {
            if case .presence(_, let change, let bytes) = $0 { (change, bytes) } else { nil }
        }
    }

    package func foreign(in room: RoomName) -> [ByteBuffer] {
        self.events(in: room).compactMap { if case .foreign(let bytes) = $0 { bytes } else { nil } }
    }

    package func resets(in room: RoomName) -> [LogPosition] {
        self.events(in: room).compactMap { if case .reset(let head) = $0 { head } else { nil } }
    }

    /// The names of users, in the order in which they were changed for the whole node.
    package var renamed: [User] {
        self.compactMap { if case .renamed(let user) = $0 { user } else { nil } }
    }

    package var statuses: [ServerStatus] {
        self.reduce(into: []) { statuses, event in
            guard case .status(let status, _, _) = event, statuses.last != status else { return }
            statuses.append(status)
        }
    }

    /// Whether there was a loss, and all is well since.
    ///
    /// On a busy machine there may be more losses than a test has caused.
    package var haveRecovered: Bool { self.statuses.contains(.degraded) && self.statuses.last == .ok }
}
