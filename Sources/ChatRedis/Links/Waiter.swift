internal import ChatCore
internal import NIOCore

/// A caller that waits, with a time limit, for something that Redis pushes.
final class Waiter<Value: Sendable> {
    private var continuation: CheckedContinuation<Result<Value, BrokerError>, Never>?
    private var timeout: Scheduled<Void>?

    init(
        _ continuation: CheckedContinuation<Result<Value, BrokerError>, Never>,
        patience: TimeAmount,
        on eventLoop: any EventLoop
    ) {
        self.continuation = continuation
        self.timeout = eventLoop.assumeIsolated().scheduleTask(in: patience) { self.resume(.failure(.isAway)) }
    }

    /// Whether it has its answer, or has given up.
    var isDone: Bool { self.continuation == nil }

    /// Answers, unless that was done before.
    func resume(_ result: Result<Value, BrokerError>) {
        self.timeout?.cancel()
        self.timeout = nil
        self.continuation?.resume(returning: result)
        self.continuation = nil
    }
}
