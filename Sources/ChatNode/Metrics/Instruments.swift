import CoreMetrics
import Synchronization

/// A number that only grows.
final class AtomicCounter: CounterHandler, FloatingPointCounterHandler {
    private let value = Atomic<Int>(0)

    var count: Int { self.value.load(ordering: .relaxed) }

    func increment(by amount: Int64) { self.value.wrappingAdd(Int(amount), ordering: .relaxed) }
    func increment(by amount: Double) { self.increment(by: Int64(amount)) }
    func reset() { self.value.store(0, ordering: .relaxed) }
}

/// A number that goes up and down.
final class AtomicGauge: MeterHandler, RecorderHandler {
    private let value = Atomic<Int>(0)

    var level: Int { self.value.load(ordering: .relaxed) }

    func set(_ value: Int64) { self.value.store(Int(value), ordering: .relaxed) }
    func set(_ value: Double) { self.set(Int64(value)) }
    func record(_ value: Int64) { self.set(value) }
    func record(_ value: Double) { self.set(value) }
    func increment(by amount: Double) { self.value.wrappingAdd(Int(amount), ordering: .relaxed) }
    func decrement(by amount: Double) { self.value.wrappingSubtract(Int(amount), ordering: .relaxed) }
}

/// A histogram of times, each a whole number of its scale's units.
final class Histogram: RecorderHandler, TimerHandler {
    /// The length of the unit in which a histogram counts: its bounds are the same numbers in every scale.
    enum Scale: Hashable, Sendable {
        case milliseconds
        case tenthsOfMilliseconds

        /// Nanoseconds of the unit.
        var unit: Int {
            switch self {
            case .milliseconds: 1_000_000
            case .tenthsOfMilliseconds: 100_000
            }
        }
    }

    private typealias EachBound<Element: ~Copyable> = InlineArray<13, Element>

    private static let eachBound: EachBound<Int> = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000]
    /// The upper bounds of the buckets, inclusive; one more bucket holds values above the last.
    static let bounds = eachBound.indices.map { eachBound[$0] }

    /// The records until now.
    struct Distribution: Sendable, Equatable {
        /// The count of each bucket alone; the last one has no upper bound.
        private(set) var counts = [Int](repeating: 0, count: Histogram.bounds.count + 1)
        /// The sum of all recorded values, in nanoseconds.
        private(set) var nanoseconds = 0

        /// The number of recorded values.
        var count: Int { self.counts.reduce(0, +) }
        /// The sum of all recorded values, in milliseconds.
        var milliseconds: Int { self.nanoseconds / 1_000_000 }

        init() {}

        fileprivate init(counts: [Int], nanoseconds: Int) {
            self.counts = counts
            self.nanoseconds = nanoseconds
        }

        mutating func add(_ other: Distribution) {
            for (index, count) in other.counts.enumerated() { self.counts[index] += count }
            self.nanoseconds += other.nanoseconds
        }
    }

    private let unit: Int
    private let buckets: EachBound<Atomic<Int>> = InlineArray { _ in Atomic(0) }
    private let above = Atomic<Int>(0)
    private let nanoseconds = Atomic<Int>(0)

    init(_ scale: Scale = .milliseconds) { self.unit = scale.unit }

    var distribution: Distribution {
        Distribution(
            counts: self.buckets.indices.map { self.buckets[$0].load(ordering: .relaxed) }
                + [self.above.load(ordering: .relaxed)],
            nanoseconds: self.nanoseconds.load(ordering: .relaxed)
        )
    }

    /// Records a number of units; a clock that went back counts as zero.
    func record(_ value: Int64) {
        let value = max(0, Int(value))
        self.count(value, value.multipliedReportingOverflow(by: self.unit).partialValue)
    }

    func record(_ value: Double) { self.record(Int64(value.rounded(.up))) }

    /// Records a time; one that went back counts as zero.
    func recordNanoseconds(_ duration: Int64) {
        let nanoseconds = max(0, Int(duration))
        let (units, rest) = nanoseconds.quotientAndRemainder(dividingBy: self.unit)
        self.count(units + (rest > 0 ? 1 : 0), nanoseconds)
    }

    private func count(_ units: Int, _ nanoseconds: Int) {
        if let bucket = Self.bounds.firstIndex(where: { units <= $0 }) {
            self.buckets[bucket].wrappingAdd(1, ordering: .relaxed)
        } else {
            self.above.wrappingAdd(1, ordering: .relaxed)
        }
        self.nanoseconds.wrappingAdd(nanoseconds, ordering: .relaxed)
    }
}
