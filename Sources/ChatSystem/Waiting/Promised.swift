internal import Synchronization

/// One future answer, for any number of tasks that wait for it.
///
/// Cancelling a task only ends its wait.
package final class Promised<Value: Sendable>: Sendable {
    private struct State {
        var value: Value?
        var waiters: [Int: CheckedContinuation<Value?, Never>] = [:]
        var lastWaiter = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// Sets the answer; a second one is ignored.
    package func resolve(_ value: Value) {
        let waiters = self.state.withLock { state in
            guard state.value == nil else { return [:] as [Int: CheckedContinuation<Value?, Never>] }
            state.value = value
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume(returning: value) }
    }

    /// Waits for the answer; nil when the task was cancelled first.
    package func wait() async -> Value? {
        let id = self.state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (value, isKnown) = self.state.withLock { state in
                    if state.value != nil || Task.isCancelled { return (state.value, true) }
                    state.waiters[id] = continuation
                    return (nil, false)
                }
                if isKnown { continuation.resume(returning: value) }
            }
        } onCancel: {
            self.state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(returning: nil)
        }
    }
}
