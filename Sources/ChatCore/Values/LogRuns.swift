/// Which positions a log vouches for that it does not keep any more.
///
/// A log's server that is started again, or replaced by another, may have lost the end of the log. When nobody was there
/// who could tell, numbers go on all the same, and those that were lost are given out once more. The log remembers where
/// that may have been: the first number that such a run of the server gave out, and when.
package struct LogRuns: Equatable, Sendable {
    /// The most beginnings that a log remembers; of what came before them it knows nothing then.
    package static let maximum = 16

    /// Where a run began of which nobody knows whether something was lost before it.
    package struct Beginning: Equatable, Sendable {
        /// The first number that it gave out.
        package var seq: Int
        /// When, in milliseconds since the Unix epoch.
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

    /// Whether a position can only have been had from this log.
    ///
    /// What stands below the first beginning is common to all that this log ever was. What stands above may be of an end
    /// that was lost; its time is before the beginning then.
    package func vouch(for position: LogPosition) -> Bool {
        guard position.seq > 0 else { return true }
        guard let run = self.beginnings.last(where: { $0.seq <= position.seq }) else {
            return self.beginnings.count < Self.maximum
        }
        guard let time = position.time else { return false }
        return time >= run.time
    }
}
