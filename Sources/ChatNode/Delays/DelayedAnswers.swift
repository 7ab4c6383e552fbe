import ChatCore
import NIOCore
import Synchronization

/// A queue in which answers wait for times drawn from a seed, and leave in the order in which they came.
///
/// It simulates a slow way back from a broker: late, now and then very late, but never out of order.
package final class DelayedAnswers: Sendable {
    private struct Waiting {
        var due: ContinuousClock.Instant
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var generator: SplitMix64
        var waiting: CircularBuffer<Waiting> = []
        var isMoving = false
    }

    private let state: Mutex<State>

    /// Makes a queue with the delays of a seed.
    package init(seed: UInt64) { self.state = Mutex(State(generator: SplitMix64(seed: seed))) }

    /// A random time from the seed.
    package func draw(upTo milliseconds: Int) -> Duration {
        .milliseconds(self.state.withLock { Int.random(in: 0...milliseconds, using: &$0.generator) })
    }

    /// Returns when the time of this answer has come, and those before it have left.
    func pass() async {
        await withCheckedContinuation { continuation in
            let begins = self.state.withLock { state in
                // Most are a little late. One of sixteen is so late that much happens meanwhile.
                let isVeryLate = Int.random(in: 0..<16, using: &state.generator) == 0
                let delay = Int.random(in: 0...(isVeryLate ? 100 : 10), using: &state.generator)
                state.waiting.append(Waiting(due: .now + .milliseconds(delay), continuation: continuation))
                defer { state.isMoving = true }
                return !state.isMoving
            }
            // It ends when nobody waits.
            if begins { Task { await self.move() } }
        }
    }

    private func move() async {
        while let due = self.nextDue() {
            try? await Task.sleep(until: due, clock: .continuous)
            let first = self.state.withLock { $0.waiting.popFirst() }
            first?.continuation.resume()
        }
    }

    private func nextDue() -> ContinuousClock.Instant? {
        self.state.withLock { state in
            let due = state.waiting.first?.due
            state.isMoving = due != nil
            return due
        }
    }
}
