internal import Histogram

/// Latencies in nanoseconds, as an HdrHistogram: three digits at every size, and no sample is thrown away.
struct LatencyHistogram: Sendable {
    /// The longest latency, a minute; longer ones count as this.
    static let maximum = 60_000_000_000

    private var histogram = Histogram<UInt64>(highestTrackableValue: UInt64(Self.maximum))
    /// The histogram knows its extremes only to its three digits.
    private(set) var longest = 0

    /// The number of samples.
    var count: Int { Int(self.histogram.totalCount) }
    var mean: Double { self.count == 0 ? 0 : self.histogram.mean }
    var shortest: Int { self.count == 0 ? 0 : Int(self.histogram.min) }

    mutating func record(_ nanoseconds: Int) {
        let value = min(max(nanoseconds, 0), Self.maximum)
        self.histogram.record(UInt64(value))
        if value > self.longest { self.longest = value }
    }

    mutating func add(_ other: Self) {
        self.histogram.add(other.histogram)
        self.longest = max(self.longest, other.longest)
    }

    /// The value that this percentage of the samples does not exceed; 0 without samples.
    func percentile(_ percent: Double) -> Int {
        self.count == 0 ? 0 : min(Int(self.histogram.valueAtPercentile(percent)), self.longest)
    }

    /// The number of samples in each of these consecutive ranges; samples above all of them are in none.
    func counts(in ranges: [Range<Int>]) -> [Int] {
        var counts = Array(repeating: 0, count: ranges.count)
        var index = 0
        for bucket in self.histogram.recordedValues() {
            // The longest sample limits its bucket, which may reach beyond it.
            let value = min(Int(bucket.value), self.longest)
            while index < ranges.count, value >= ranges[index].upperBound { index += 1 }
            guard index < ranges.count else { break }
            counts[index] += Int(bucket.count)
        }
        return counts
    }
}
