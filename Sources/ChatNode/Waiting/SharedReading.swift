/// Reads something once for all tasks of one actor that ask before the reading begins.
///
/// A task that asks during a reading gets the result of the next one, since a result must not be older than the
/// request. The first waiting task does the reading, in its own task.
final class SharedReading<Value: Sendable> {
    private enum Turn: Sendable {
        /// Another task has read it.
        case value(Value)
        /// The reading before has ended: it is this task's turn.
        case read
    }

    private var isReading = false
    private var waiting: [CheckedContinuation<Turn, Never>] = []

    /// Whether nothing is being read, and nobody waits.
    var isIdle: Bool { !self.isReading && self.waiting.isEmpty }

    /// Returns a result that was read after this call.
    ///
    /// - Parameter read: Reads it.
    /// - Returns: The result that this task or another one has read.
    func value(_ read: () async -> Value) async -> Value {
        if self.isReading {
            let turn = await withCheckedContinuation { self.waiting.append($0) }
            if case .value(let value) = turn { return value }
        }
        self.isReading = true
        let others = self.waiting
        self.waiting = []
        let value = await read()
        for continuation in others { continuation.resume(returning: .value(value)) }
        if self.waiting.isEmpty {
            self.isReading = false
        } else {
            self.waiting.removeFirst().resume(returning: .read)
        }
        return value
    }
}
