internal import NIOCore

/// Lets one batch at a time be stored and confirmed by replicas, and gathers later requests for the next batch.
///
/// `WAIT` blocks its connection until the replicas have answered. If every batch had its own `WAIT` and a replica were
/// gone, each batch would wait for a timeout in turn. Gathered requests cost one timeout together.
struct CommitGate<Commit> {
    /// The most requests that wait for the batch under way.
    let limit: Int

    private struct Entry {
        var commit: Commit
        var count: Int
        var deadline: NIODeadline
    }

    private var waiting = CircularBuffer<Entry>()
    private var waitingCount = 0
    private var isUnderWay = false

    init(limit: Int) { self.limit = limit }

    enum OnSubmit: Equatable {
        /// Begin a batch with it.
        case begin
        /// It goes with the next batch, unless its deadline comes first.
        case wait
        /// Too many requests wait.
        case refuse
    }

    /// Requests arrived.
    ///
    /// - Parameters:
    ///   - commit: A handle for them.
    ///   - count: Their number.
    ///   - deadline: The time until which they may wait for the batch under way.
    /// - Returns: The decision on them.
    mutating func submit(_ commit: Commit, count: Int, deadline: NIODeadline) -> OnSubmit {
        guard self.isUnderWay else {
            self.isUnderWay = true
            return .begin
        }
        guard self.waitingCount + count <= self.limit else { return .refuse }
        self.waiting.append(Entry(commit: commit, count: count, deadline: deadline))
        self.waitingCount += count
        return .wait
    }

    enum OnFinished {
        /// Begin the next batch with these.
        case begin([Commit])
        /// Nothing waits.
        case rest
    }

    /// The whole batch under way has been answered.
    mutating func finished() -> OnFinished {
        guard !self.waiting.isEmpty else {
            self.isUnderWay = false
            return .rest
        }
        let commits = self.waiting.map(\.commit)
        self.waiting.removeAll()
        self.waitingCount = 0
        return .begin(commits)
    }

    /// Removes all requests that wait for the batch under way.
    mutating func takeAll() -> [Commit] {
        defer {
            self.waiting.removeAll()
            self.waitingCount = 0
        }
        return self.waiting.map(\.commit)
    }

    /// Removes requests that have waited for too long.
    mutating func expire(_ now: NIODeadline) -> [Commit] {
        var expired: [Commit] = []
        while let entry = self.waiting.first, entry.deadline <= now {
            self.waiting.removeFirst()
            self.waitingCount -= entry.count
            expired.append(entry.commit)
        }
        return expired
    }
}
