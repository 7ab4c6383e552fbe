/// Lines that were entered and have no answer yet: a machine without a clock.
struct LinesAwaitingAnswer: Equatable, Sendable {
    /// The time after which a line is shown as waiting.
    ///
    /// Most answers come before anybody could read that.
    static let patience: Duration = .seconds(1)
    /// The most lines that are shown.
    static let maximumShown = 3

    private struct Line: Equatable {
        var id: Int
        var text: String
        var since: ContinuousClock.Instant
    }

    private var lines: [Line] = []
    private var lastID = 0

    /// The number of lines without an answer.
    var count: Int { self.lines.count }

    /// A line was entered; returns the number with which to settle it.
    mutating func begin(_ text: String, now: ContinuousClock.Instant) -> Int {
        self.lastID += 1
        self.lines.append(Line(id: self.lastID, text: text, since: now))
        return self.lastID
    }

    /// The line has its answer.
    mutating func settle(_ id: Int) { self.lines.removeAll { $0.id == id } }

    /// The lines to show: the oldest ones, and the number of the others.
    func shown(now: ContinuousClock.Instant, isOffline: Bool) -> [String] {
        let waiting = self.lines.filter { isOffline || now - $0.since >= Self.patience }.map(\.text)
        guard waiting.count > Self.maximumShown else { return waiting }
        return waiting.prefix(Self.maximumShown - 1) + ["+\(waiting.count - Self.maximumShown + 1)"]
    }
}
