/// Reads something once for all tasks of one actor that ask before the reading begins.
///
/// Whoever asks while a reading goes on gets the result of the next one: what is read has to be as new as the question.
/// The first of those who wait does the reading, in its own task.
final class SharedReading<Value: Sendable> {
    private enum Turn: Sendable {
        /// Somebody else has read it.
        case value(Value)
        /// The one before has ended: it is this one's turn.
        case read
    }

    private var isReading = false
    private var waiting: [CheckedContinuation<Turn, Never>] = []

    /// Gives what is read from now on.
    ///
    /// - Parameter read: Reads it.
    /// - Returns: What this task or another one has read.
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
