internal import ChatSystem
internal import NIOCore
internal import Synchronization

/// Events on their way to the program: a bounded queue that makes its producer wait.
///
/// While it is full the client reads nothing from the connection, so that the server notices a program that falls
/// behind, and memory stays bounded. There is one exception. While the program waits for the answer to a command,
/// reading goes on for some more events, because the answer comes behind them on the same connection. When these are
/// too many as well, the wait fails, and the program must take its events first: otherwise it would wait for ever.
///
/// Both sides check the queue under a lock, wait for a ``Wakeup`` when they cannot go on, and check again.
final class EventBuffer: Sendable {
    private struct State {
        var events: CircularBuffer<ClientEvent> = []
        var limit: Int
        var isFinished = false
        /// Whether there is a connection to hold up.
        var isHolding = true

        var hasRoom: Bool { !self.isHolding || self.events.count < self.limit }
    }

    private let capacity: Int
    private let state: Mutex<State>
    /// Wakes the program: there is an event, or the end.
    private let filled = Wakeup()
    /// Wakes the producer: there may be space, or the end.
    private let emptied = Wakeup()

    init(capacity: Int) {
        self.capacity = capacity
        self.state = Mutex(State(limit: capacity))
    }

    /// Whether the program waits for an answer; meanwhile four times as many events fit.
    func setAwaiting(_ isAwaiting: Bool) {
        self.state.withLock { $0.limit = isAwaiting ? 4 * self.capacity : self.capacity }
        self.emptied.wake()
    }

    /// Whether there is a connection whose reading can be paused.
    func setHolding(_ isHolding: Bool) {
        self.state.withLock { $0.isHolding = isHolding }
        self.emptied.wake()
    }

    /// Whether the queue is full even for events that come before an answer.
    var isOverfull: Bool { self.state.withLock { $0.events.count >= 4 * self.capacity && !$0.isFinished } }

    /// Whether there is space for one more event now.
    var hasRoom: Bool { self.state.withLock(\.hasRoom) }

    /// Appends an event.
    func append(_ event: ClientEvent) {
        self.state.withLock { if !$0.isFinished { $0.events.append(event) } }
        self.filled.wake()
    }

    /// Waits while the queue is full and there is a connection to hold up.
    ///
    /// One producer at a time. It returns at once when its task is cancelled.
    func waitForRoom() async {
        while !Task.isCancelled, self.state.withLock({ !$0.hasRoom && !$0.isFinished }) { await self.emptied.wait() }
    }

    /// The next event; nil when there will be none, or when the task is cancelled.
    func next() async -> ClientEvent? {
        while true {
            let (event, isFinished) = self.state.withLock { ($0.events.popFirst(), $0.isFinished) }
            if let event {
                self.emptied.wake()
                return event
            }
            guard !isFinished, !Task.isCancelled else { return nil }
            await self.filled.wait()
        }
    }

    /// Ends the queue; what is in it can still be taken.
    func finish() {
        self.state.withLock { $0.isFinished = true }
        self.filled.wake()
        self.emptied.wake()
    }
}
