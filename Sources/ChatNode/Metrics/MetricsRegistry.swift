import CoreMetrics
import Synchronization

/// Everything that this node counts, by name, for `GET /api/status` and for an exporter.
///
/// It is a backend of swift-metrics. Instruments are made once, under a lock, and counting is a relaxed addition after
/// that: each shard has instruments of its own (with the dimension `shard`), so that loops share no cache line that
/// they write, and no message waits. Names follow Prometheus: `chat_…_total` only grows.
final class MetricsRegistry: MetricsFactory {
    /// The identity of an instrument.
    struct Name: Hashable, Sendable {
        let label: String
        /// Sorted, so that their order does not matter.
        let dimensions: [String]

        init(_ label: String, _ dimensions: [(String, String)]) {
            self.label = label
            self.dimensions = dimensions.map { "\($0)=\($1)" }.sorted()
        }
    }

    private struct Instruments {
        var counters: [Name: AtomicCounter] = [:]
        var gauges: [Name: AtomicGauge] = [:]
        var histograms: [Name: Histogram] = [:]
    }

    private let instruments = Mutex(Instruments())

    // MARK: Reading

    /// The sum of all counters of a label, whatever their dimensions.
    func total(_ label: String) -> Int {
        self.instruments.withLock { instruments in
            instruments.counters.reduce(0) { $0 + ($1.key.label == label ? $1.value.count : 0) }
        }
    }

    /// The sums of all counters of a label, by the value of one of their dimensions.
    func totals(_ label: String, by dimension: String) -> [String: Int] {
        self.instruments.withLock { instruments in
            instruments.counters.reduce(into: [:]) { totals, counter in
                guard counter.key.label == label else { return }
                for pair in counter.key.dimensions where pair.hasPrefix("\(dimension)=") {
                    totals[String(pair.dropFirst(dimension.count + 1)), default: 0] += counter.value.count
                }
            }
        }
    }

    /// The sum of all gauges of a label.
    func level(_ label: String) -> Int {
        self.instruments.withLock { instruments in
            instruments.gauges.reduce(0) { $0 + ($1.key.label == label ? $1.value.level : 0) }
        }
    }

    /// All histograms of a label, as one.
    func distribution(_ label: String) -> Histogram.Distribution {
        self.instruments.withLock { instruments in
            instruments.histograms.reduce(into: Histogram.Distribution()) { sum, entry in
                if entry.key.label == label { sum.add(entry.value.distribution) }
            }
        }
    }

    // MARK: MetricsFactory

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        self.counter(label, dimensions)
    }

    func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        self.counter(label, dimensions)
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        let name = Name(label, dimensions)
        return self.instruments.withLock { $0.gauges.instrument(name) { AtomicGauge() } }
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        self.histogram(label, dimensions)
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        self.histogram(label, dimensions)
    }

    // Counts stay: a counter that started again would look like a restart.
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    private func counter(_ label: String, _ dimensions: [(String, String)]) -> AtomicCounter {
        let name = Name(label, dimensions)
        return self.instruments.withLock { $0.counters.instrument(name) { AtomicCounter() } }
    }

    private func histogram(_ label: String, _ dimensions: [(String, String)]) -> Histogram {
        let name = Name(label, dimensions)
        return self.instruments.withLock { $0.histograms.instrument(name) { Histogram() } }
    }
}

extension Dictionary {
    /// The instrument of a name, made at the first request.
    fileprivate mutating func instrument(_ name: Key, _ make: () -> Value) -> Value {
        if let known = self[name] { return known }
        let new = make()
        self[name] = new
        return new
    }
}
