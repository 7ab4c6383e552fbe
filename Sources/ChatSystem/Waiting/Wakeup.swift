internal import Synchronization

/// Lets one task wait until another one wakes it.
///
/// A wake-up that comes while nobody waits is kept for the next waiting task, so that none is lost; several are kept as
/// one. So the task checks its condition before it waits, and again after it:
///
/// ```swift
/// while !self.hasRoom { await self.roomMade.wait() }
/// ```
package final class Wakeup: Sendable {
    private enum State {
        case idle
        /// It came while nobody waited.
        case woken
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.idle)

    package init() {}

    /// Wakes the waiting task, or the next one that waits.
    package func wake() {
        let waiter = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard case .waiting(let waiter) = state else {
                state = .woken
                return nil
            }
            state = .idle
            return waiter
        }
        waiter?.resume()
    }

    /// Returns after a wake-up, or when the task is cancelled; one task at a time may wait.
    package func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = self.state.withLock { state in
                    switch state {
                    case .woken:
                        state = .idle
                        return true
                    case .idle:
                        // The handler below runs after the task is marked as cancelled. Under the lock it is therefore
                        // either seen here, or comes later and finds the waiter.
                        guard !Task.isCancelled else { return true }
                        state = .waiting(continuation)
                        return false
                    case .waiting: preconditionFailure("one task at a time waits to be woken")
                    }
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            let waiter = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
                guard case .waiting(let waiter) = state else { return nil }
                state = .idle
                return waiter
            }
            waiter?.resume()
        }
    }

    /// Returns after a wake-up, when the time has come, or when the task is cancelled.
    ///
    /// - Parameter deadline: The time; nil: it never comes.
    package func wait(until deadline: ContinuousClock.Instant?) async {
        guard let deadline else { return await self.wait() }
        await withTaskGroup { group in
            group.addTask { await self.wait() }
            group.addTask { _ = try? await Task.sleep(until: deadline, clock: .continuous) }
            await group.next()
            // The other one ends at once, and with it the group.
            group.cancelAll()
        }
    }
}
