/// The times at which the senders of one event loop send, in an open loop: message k of the run is due k intervals
/// after the start, and the senders take turns.
///
/// The times do not depend on what the server does. The latency of a late message is measured from its due time, so
/// that a server cannot hide a stall (no coordinated omission).
struct OpenSchedule: Sendable {
    private let start: Int
    private let interval: Double
    private let senderCount: Int
    /// The senders of this loop, in order.
    private let senders: [Int]
    private var round = 0
    private var position = 0

    /// - Parameters:
    ///   - rate: Messages in a second, of all senders of the run.
    ///   - senderCount: Of the run.
    ///   - senders: Those of this loop.
    ///   - start: The due time of message 0, in nanoseconds.
    init(rate: Double, senderCount: Int, senders: [Int], start: Int) {
        self.interval = 1e9 / rate
        self.senderCount = senderCount
        self.senders = senders.sorted()
        self.start = start
    }

    /// The due time of the next message; nil when nobody here sends.
    var nextDue: Int? {
        guard !self.senders.isEmpty else { return nil }
        let message = self.round * self.senderCount + self.senders[self.position]
        return self.start + Int((Double(message) * self.interval).rounded())
    }

    /// Takes the next message that is due.
    ///
    /// - Returns: Its sender, as an index into the senders of this loop, and its due time; nil when none is due yet.
    mutating func next(now: Int) -> (sender: Int, due: Int)? {
        guard let due = self.nextDue, due <= now else { return nil }
        defer {
            self.position += 1
            if self.position == self.senders.count { (self.position, self.round) = (0, self.round + 1) }
        }
        return (self.position, due)
    }
}
