internal import Glibc

/// A distribution as rows of bars.
///
/// Each row covers a wider range than the one before, so that both the many short latencies and the few long ones show.
struct HistogramPicture: Sendable {
    /// A row: from (included) and to (excluded) in nanoseconds, and how many samples.
    struct Row: Equatable, Sendable {
        var range: Range<Int>
        var count: Int
    }

    private static let rowCount = 12
    private static let width = 48
    /// Eighths of a cell.
    private static let blocks = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

    let rows: [Row]
    private let total: Int
    private let isUnicode: Bool

    /// - Parameters:
    ///   - latency: The latencies to draw.
    ///   - isUnicode: Whether block characters may be used.
    init(of latency: LatencyHistogram, isUnicode: Bool) {
        self.isUnicode = isUnicode
        self.total = latency.count
        let bounds = Self.bounds(latency.shortest, latency.longest)
        self.rows = zip(bounds, latency.counts(in: bounds)).map { Row(range: $0, count: $1) }
    }

    /// Ranges that cover the values without a gap, each wider than the one before by the same factor.
    private static func bounds(_ shortest: Int, _ longest: Int) -> [Range<Int>] {
        let low = max(1000, shortest)
        let high = max(longest, low)
        let factor = max(1.02, pow(Double(high + 1) / Double(low), 1 / Double(Self.rowCount)))
        var ranges: [Range<Int>] = []
        var (lower, edge) = (0, Double(low))
        while ranges.count < Self.rowCount, lower <= high {
            edge *= factor
            let upper = ranges.count == Self.rowCount - 1 ? max(high, lower) + 1 : max(lower + 1, Int(edge))
            ranges.append(lower..<upper)
            lower = upper
        }
        return ranges
    }

    /// The picture; nothing without samples.
    var lines: [String] {
        guard self.total > 0, let most = self.rows.map(\.count).max(), most > 0 else { return [] }
        return self.rows.map { row in
            let share = Decimals.fixed(Double(row.count) * 100 / Double(self.total), 2)
            let limit = Decimals.right("< \(Decimals.milliseconds(row.range.upperBound))", 12)
            let bar = self.bar(Double(row.count) / Double(most))
            return "\(limit) \(Decimals.right(share, 6)) % \(self.isUnicode ? "│" : "|")\(bar)"
        }
    }

    private func bar(_ share: Double) -> String {
        guard share > 0 else { return "" }
        let eighths = max(1, Int((share * Double(Self.width * 8)).rounded()))
        guard self.isUnicode else { return String(repeating: "#", count: max(1, eighths / 8)) }
        return String(repeating: "█", count: eighths / 8) + Self.blocks[eighths % 8]
    }
}
