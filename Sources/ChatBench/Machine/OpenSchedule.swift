/// When which sender of one event loop sends, in an open loop: message k of the run is due k intervals after the start,
/// and is sender k's, counted round and round.
///
/// The times do not depend on what the server does. A message that goes out late is measured from the time when it was
/// due, so that a server that stalls does not hide it (no coordinated omission).
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
    ///   - start: When message 0 is due, in nanoseconds.
    init(rate: Double, senderCount: Int, senders: [Int], start: Int) {
        self.interval = 1e9 / rate
        self.senderCount = senderCount
        self.senders = senders.sorted()
        self.start = start
    }

    /// When the next message is due; nil when nobody here sends.
    var nextDue: Int? {
        guard !self.senders.isEmpty else { return nil }
        let message = self.round * self.senderCount + self.senders[self.position]
        return self.start + Int((Double(message) * self.interval).rounded())
    }

    /// Takes the next message that is due.
    ///
    /// - Returns: Whose it is, as an index into the senders of this loop, and when it was due; nil when none is due yet.
    mutating func next(now: Int) -> (sender: Int, due: Int)? {
        guard let due = self.nextDue, due <= now else { return nil }
        defer {
            self.position += 1
            if self.position == self.senders.count { (self.position, self.round) = (0, self.round + 1) }
        }
        return (self.position, due)
    }
}
