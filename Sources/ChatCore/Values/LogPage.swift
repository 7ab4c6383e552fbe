/// Some messages of a room's log, in order and without a hole.
package struct LogPage: Sendable, Equatable {
    /// The most bytes of messages in a page; one message always fits.
    package static let maximumBytes = 256 * 1024

    package var epoch: Epoch
    /// The number of the oldest kept message; head + 1 when there is none.
    package var first: Int
    /// The number of the newest message that was ever stored.
    package var head: Int
    /// The time when that one was stored, in milliseconds since the Unix epoch; nil when none was.
    package var headTime: Int?
    package var publications: [Publication]
    /// The log's knowledge of positions that it does not keep any more.
    package var runs: LogRuns

    package init(
        epoch: Epoch,
        first: Int,
        head: Int,
        headTime: Int? = nil,
        publications: [Publication],
        runs: LogRuns = .one
    ) {
        self.epoch = epoch
        self.first = first
        self.head = head
        self.headTime = headTime
        self.publications = publications
        self.runs = runs
    }

    /// The head, with the time that proves it.
    package var headPosition: LogPosition { LogPosition(epoch: self.epoch, seq: self.head, time: self.headTime) }

    /// Whether a position of this epoch came from this log, and not from another one that used the same numbers.
    ///
    /// - Parameter position: A position that is not above the head.
    /// - Returns: False also when there is no proof.
    package func proves(_ position: LogPosition) -> Bool {
        if let time = position.time {
            if position.seq == self.head, let headTime { return time == headTime }
            let kept = self.publications.first { $0.position.seq == position.seq }?.position.time
            if let kept { return time == kept }
        }
        return self.runs.vouch(for: position)
    }

    /// Whether the log keeps older messages than this page.
    package var hasOlder: Bool {
        guard let oldest = self.publications.first else { return false }
        return oldest.position.seq > self.first
    }
}
