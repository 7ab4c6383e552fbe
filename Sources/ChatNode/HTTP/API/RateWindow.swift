/// The present rate of something: the mean of the last seconds, from a total that only grows.
struct RateWindow {
    /// The number of samples that are kept; one comes each second.
    static let samples = 6

    private var kept: [(time: ContinuousClock.Instant, totals: [String: Int])] = []

    /// Takes the present totals.
    mutating func add(_ totals: [String: Int], at time: ContinuousClock.Instant) {
        self.kept.append((time, totals))
        if self.kept.count > Self.samples { self.kept.removeFirst() }
    }

    /// Per second, rounded; 0 until there are two samples.
    func rate(_ name: String) -> Int {
        guard let first = self.kept.first, let last = self.kept.last, last.time > first.time,
            let start = first.totals[name], let end = last.totals[name]
        else { return 0 }
        return Int((Double(end - start) / ((last.time - first.time) / .seconds(1))).rounded())
    }
}
