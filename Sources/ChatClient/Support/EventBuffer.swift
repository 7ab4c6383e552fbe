internal import NIOCore
internal import Synchronization

/// Events on their way to the program: a bounded queue that makes its producer wait.
///
/// While it is full nothing more is read from the connection, so that a program that falls behind is felt by the server
/// and not by the memory. There is one exception: while the program waits for the answer to a command, reading goes on
/// for some more events, because the answer comes behind them on the same connection.
final class EventBuffer: Sendable {
    fileprivate struct State {
        var events: CircularBuffer<ClientEvent> = []
        var limit: Int
        var isFinished = false
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

    /// Whether there is room for one more event now.
    var hasRoom: Bool { self.state.withLock { $0.events.count < $0.limit } }

    /// Appends an event, then waits while the queue is full.
    ///
    /// One producer at a time. It returns at once when its task is cancelled; the event is in the queue all the same.
    func send(_ event: ClientEvent) async {
        let (consumer, mustWait) = self.state.withLock { state in
            guard !state.isFinished else { return (nil as CheckedContinuation<ClientEvent?, Never>?, false) }
            if let consumer = state.consumer {
                state.consumer = nil
                return (consumer, false)
            }
            state.events.append(event)
            return (nil, state.events.count >= state.limit)
        }
        consumer?.resume(returning: event)
        guard mustWait else { return }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = self.state.withLock { state in
                    if state.events.count < state.limit || state.isFinished || Task.isCancelled { return true }
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

    fileprivate mutating func takeProducer(always: Bool = false) -> CheckedContinuation<Void, Never>? {
        guard always || self.events.count < self.limit else { return nil }
        defer { self.producer = nil }
        return self.producer
    }
}
