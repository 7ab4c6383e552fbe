/// Lines that were entered and have no answer yet: a machine without a clock.
struct PendingLines: Equatable, Sendable {
    /// How long an answer may take before the line is shown as waiting: usually it comes before anybody could read that.
    static let patience: Duration = .seconds(1)
    /// How many lines are shown.
    static let maximumShown = 3

    private struct Line: Equatable {
        var id: Int
        var text: String
        var since: ContinuousClock.Instant
    }

    private var lines: [Line] = []
    private var lastID = 0

    /// How many have no answer.
    var count: Int { self.lines.count }

    /// A line was entered; gives the number by which it is settled.
    mutating func begin(_ text: String, now: ContinuousClock.Instant) -> Int {
        self.lastID += 1
        self.lines.append(Line(id: self.lastID, text: text, since: now))
        return self.lastID
    }

    /// The line has its answer.
    mutating func settle(_ id: Int) { self.lines.removeAll { $0.id == id } }

    /// What the user is shown: the oldest lines, and how many more there are.
    func shown(now: ContinuousClock.Instant, isOffline: Bool) -> [String] {
        let waiting = self.lines.filter { isOffline || now - $0.since >= Self.patience }.map(\.text)
        guard waiting.count > Self.maximumShown else { return waiting }
        return waiting.prefix(Self.maximumShown - 1) + ["+\(waiting.count - Self.maximumShown + 1)"]
    }
}
