internal import NIOCore
internal import Synchronization

/// Events on their way to the program: a bounded queue that makes its producer wait.
///
/// While it is full nothing more is read from the connection, so that a program that falls behind is felt by the server
/// and not by the memory. There is one exception: while the program waits for the answer to a command, reading goes on
/// for some more events, because the answer comes behind them on the same connection. When these are too many as well,
/// the program is told to take its events first: it would wait for ever.
final class EventBuffer: Sendable {
    fileprivate struct State {
        var events: CircularBuffer<ClientEvent> = []
        var limit: Int
        var isFinished = false
        var isHolding = true
        var consumer: CheckedContinuation<ClientEvent?, Never>?
        var producer: CheckedContinuation<Void, Never>?
    }

    private let capacity: Int
    private let state: Mutex<State>

    init(capacity: Int) {
        self.capacity = capacity
        self.state = Mutex(State(limit: capacity))
    }

    /// Whether an answer is waited for; four times as many events fit meanwhile.
    func setAwaiting(_ isAwaiting: Bool) {
        let producer = self.state.withLock { state in
            state.limit = isAwaiting ? 4 * self.capacity : self.capacity
            return state.takeProducer()
        }
        producer?.resume()
    }

    /// Whether not even those events fit any more that may come before an answer.
    var isOverfull: Bool { self.state.withLock { $0.events.count >= 4 * self.capacity && !$0.isFinished } }

    /// Whether there is room for one more event now.
    var hasRoom: Bool { self.state.withLock { $0.events.count < $0.limit } }

    /// A connection stands, whose events are waited with; or it is gone, and there is nothing to hold up any more.
    func setHolding(_ isHolding: Bool) {
        let producer = self.state.withLock { state in
            state.isHolding = isHolding
            return state.takeProducer(always: !isHolding)
        }
        producer?.resume()
    }

    /// Appends an event.
    func append(_ event: ClientEvent) {
        let consumer = self.state.withLock { state -> CheckedContinuation<ClientEvent?, Never>? in
            guard !state.isFinished else { return nil }
            guard let consumer = state.consumer else {
                state.events.append(event)
                return nil
            }
            state.consumer = nil
            return consumer
        }
        consumer?.resume(returning: event)
    }

    /// Waits while the queue is full and there is a connection to hold up.
    ///
    /// One producer at a time. It returns at once when its task is cancelled.
    func waitForRoom() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = self.state.withLock { state in
                    if state.hasRoom || state.isFinished || Task.isCancelled { return true }
                    state.producer = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            self.state.withLock { $0.takeProducer(always: true) }?.resume()
        }
    }

    /// The next event; nil when there will be none, or when the task is cancelled.
    func next() async -> ClientEvent? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (isKnown, event, producer) = self.state.withLock { $0.take(orRemember: continuation) }
                producer?.resume()
                if isKnown { continuation.resume(returning: event) }
            }
        } onCancel: {
            let consumer = self.state.withLock { state in
                defer { state.consumer = nil }
                return state.consumer
            }
            consumer?.resume(returning: nil)
        }
    }

    /// Ends the queue; what is in it can still be taken.
    func finish() {
        let (consumer, producer) = self.state.withLock { state in
            state.isFinished = true
            defer { state.consumer = nil }
            return (state.consumer, state.takeProducer(always: true))
        }
        consumer?.resume(returning: nil)
        producer?.resume()
    }
}

extension EventBuffer.State {
    fileprivate typealias Taken = (isKnown: Bool, event: ClientEvent?, producer: CheckedContinuation<Void, Never>?)

    fileprivate mutating func take(orRemember consumer: CheckedContinuation<ClientEvent?, Never>) -> Taken {
        if let event = self.events.popFirst() { return (true, event, self.takeProducer()) }
        if self.isFinished || Task.isCancelled { return (true, nil, nil) }
        precondition(self.consumer == nil, "events have one consumer")
        self.consumer = consumer
        return (false, nil, nil)
    }

    fileprivate var hasRoom: Bool { !self.isHolding || self.events.count < self.limit }

    fileprivate mutating func takeProducer(always: Bool = false) -> CheckedContinuation<Void, Never>? {
        guard always || self.hasRoom else { return nil }
        defer { self.producer = nil }
        return self.producer
    }
}
