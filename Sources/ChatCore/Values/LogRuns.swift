/// The positions that a log can still prove, although it does not keep them any more.
///
/// When a log's server is restarted, or replaced by another one, the end of the log may be lost. If no node saw it,
/// numbers go on all the same, and lost ones are used again. The log remembers where that may have happened: the first
/// number that such a run of the server used, and the time.
package struct LogRuns: Equatable, Sendable {
    /// The most beginnings that a log remembers; it knows nothing about positions before them.
    package static let maximum = 16

    /// The beginning of a run before which messages may have been lost.
    package struct Beginning: Equatable, Sendable {
        /// The first number that it used.
        package var seq: Int
        /// The time, in milliseconds since the Unix epoch.
        package var time: Int

        package init(seq: Int, time: Int) {
            self.seq = seq
            self.time = time
        }
    }

    /// In the order of their numbers.
    package var beginnings: [Beginning]

    /// A log of one run, or of several between which nothing was lost.
    package static let one = LogRuns([])

    package init(_ beginnings: [Beginning]) { self.beginnings = beginnings }

    /// Whether a position can only have come from this log.
    ///
    /// Positions below the first beginning are common to all states of this log. Positions above may be of a lost end;
    /// then their time is before the beginning.
    package func vouch(for position: LogPosition) -> Bool {
        guard position.seq > 0 else { return true }
        guard let run = self.beginnings.last(where: { $0.seq <= position.seq }) else {
            return self.beginnings.count < Self.maximum
        }
        guard let time = position.time else { return false }
        return time >= run.time
    }
}
