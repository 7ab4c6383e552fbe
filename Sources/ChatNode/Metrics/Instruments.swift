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
final class AtomicGauge: MeterHandler {
    private let value = Atomic<Int>(0)

    var level: Int { self.value.load(ordering: .relaxed) }

    func set(_ value: Int64) { self.value.store(Int(value), ordering: .relaxed) }
    func set(_ value: Double) { self.set(Int64(value)) }
    func increment(by amount: Double) { self.value.wrappingAdd(Int(amount), ordering: .relaxed) }
    func decrement(by amount: Double) { self.value.wrappingSubtract(Int(amount), ordering: .relaxed) }
}

/// A histogram of times in milliseconds.
final class Histogram: RecorderHandler, TimerHandler {
    private typealias EachBound<Element: ~Copyable> = InlineArray<13, Element>

    private static let eachBound: EachBound<Int> = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000]
    /// The upper bounds of the buckets, inclusive; one more bucket holds values above the last.
    static let bounds = eachBound.indices.map { eachBound[$0] }

    /// The records until now.
    struct Distribution: Sendable, Equatable {
        /// The count of each bucket alone; the last one has no upper bound.
        private(set) var counts = [Int](repeating: 0, count: Histogram.bounds.count + 1)
        /// The sum of all recorded values, in milliseconds.
        private(set) var sum = 0

        /// The number of recorded values.
        var count: Int { self.counts.reduce(0, +) }

        init() {}

        fileprivate init(counts: [Int], sum: Int) {
            self.counts = counts
            self.sum = sum
        }

        mutating func add(_ other: Distribution) {
            for (index, count) in other.counts.enumerated() { self.counts[index] += count }
            self.sum += other.sum
        }
    }

    private let buckets: EachBound<Atomic<Int>> = InlineArray { _ in Atomic(0) }
    private let above = Atomic<Int>(0)
    private let sum = Atomic<Int>(0)

    var distribution: Distribution {
        Distribution(
            counts: self.buckets.indices.map { self.buckets[$0].load(ordering: .relaxed) }
                + [self.above.load(ordering: .relaxed)],
            sum: self.sum.load(ordering: .relaxed)
        )
    }

    /// Records milliseconds; a clock that went back counts as zero.
    func record(_ value: Int64) {
        let value = max(0, Int(value))
        if let bucket = Self.bounds.firstIndex(where: { value <= $0 }) {
            self.buckets[bucket].wrappingAdd(1, ordering: .relaxed)
        } else {
            self.above.wrappingAdd(1, ordering: .relaxed)
        }
        self.sum.wrappingAdd(value, ordering: .relaxed)
    }

    func record(_ value: Double) { self.record(Int64(value.rounded(.up))) }
    func recordNanoseconds(_ duration: Int64) { self.record(Double(duration) / 1_000_000) }
}
