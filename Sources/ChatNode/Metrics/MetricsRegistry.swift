import CoreMetrics
import Synchronization

/// Everything that this node counts, by name, for `GET /api/status` and for `GET /metrics`.
///
/// It is a backend of swift-metrics. Instruments are made once, under a lock, and counting is a relaxed addition after
/// that: each shard has instruments of its own (with the dimension `shard`), so that loops share no cache line that
/// they write, and no message waits. ``Metric`` says what each name means.
final class MetricsRegistry: MetricsFactory {
    /// The dimension that tells the instruments of loops from each other; readings are sums over it.
    static let shard = "shard"

    /// The identity of an instrument.
    struct Name: Hashable, Sendable {
        struct Dimension: Hashable, Sendable {
            var name: String
            var value: String
        }

        let label: String
        /// Sorted, so that their order does not matter.
        let dimensions: [Dimension]

        init(_ label: String, _ dimensions: [(String, String)]) {
            self.label = label
            self.dimensions = dimensions.map { Dimension(name: $0.0, value: $0.1) }.sorted { $0.name < $1.name }
        }

        /// The value of a dimension; nil when it has none of this name.
        func value(of dimension: String) -> String? { self.dimensions.first { $0.name == dimension }?.value }
    }

    fileprivate struct Instruments {
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
                guard counter.key.label == label, let value = counter.key.value(of: dimension) else { return }
                totals[value, default: 0] += counter.value.count
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
        self.gauge(label, dimensions)
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        aggregate ? self.histogram(label, dimensions) : self.gauge(label, dimensions)
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        self.histogram(label, dimensions)
    }

    /// The histogram of a metric, for those who count without the words of swift-metrics.
    func histogram(_ metric: Metric, _ dimensions: [(String, String)]) -> Histogram {
        self.histogram(metric.name, dimensions)
    }

    // Counts stay: a counter that started again would look like a restart.
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    /// The scales of the histograms that are shown.
    private static let scales: [String: Histogram.Scale] = Dictionary(
        uniqueKeysWithValues: Metric.all.compactMap { metric in
            guard case .histogram(let scale) = metric.kind else { return nil }
            return (metric.name, scale)
        }
    )

    private func counter(_ label: String, _ dimensions: [(String, String)]) -> AtomicCounter {
        let name = Name(label, dimensions)
        return self.instruments.withLock { $0.counters.instrument(name) { AtomicCounter() } }
    }

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> AtomicGauge {
        let name = Name(label, dimensions)
        return self.instruments.withLock { $0.gauges.instrument(name) { AtomicGauge() } }
    }

    private func histogram(_ label: String, _ dimensions: [(String, String)]) -> Histogram {
        let (name, scale) = (Name(label, dimensions), Self.scales[label] ?? .milliseconds)
        return self.instruments.withLock { $0.histograms.instrument(name) { Histogram(scale) } }
    }
}

// MARK: - Everything at once

extension MetricsRegistry {
    /// The values of all instruments at one moment, each metric as one family: the loops are added up.
    ///
    /// The lock is held to copy references, some dozens for each loop, and never while a message is on
    /// its way: those who count have their instruments.
    func families() -> [MetricFamily] {
        let instruments = self.instruments.withLock { $0 }
        var values: [String: [[String]: MetricFamily.Value]] = [:]
        let metrics = Dictionary(uniqueKeysWithValues: Metric.all.map { ($0.name, $0) })
        func add(_ name: Name, _ value: MetricFamily.Value) {
            guard let metric = metrics[name.label] else { return }
            let labels = metric.labels.map { name.value(of: $0) ?? "" }
            let before = values[name.label]?[labels]
            values[name.label, default: [:]][labels] = before.map { $0.adding(value) } ?? value
        }
        for (name, counter) in instruments.counters { add(name, .number(Double(counter.count))) }
        for (name, gauge) in instruments.gauges { add(name, .number(Double(gauge.level))) }
        for (name, histogram) in instruments.histograms { add(name, .distribution(histogram.distribution)) }
        return Metric.all.compactMap { metric in
            guard let found = values[metric.name] else { return nil }
            let samples = found.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            return MetricFamily(metric, samples.map { MetricFamily.Sample(labels: $0.key, value: $0.value) })
        }
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

// MARK: - Instruments of a metric

extension Counter {
    /// The counter of a metric, with the value of its label where it has one.
    convenience init(_ metric: Metric, _ dimensions: [(String, String)] = [], of registry: MetricsRegistry) {
        self.init(label: metric.name, dimensions: dimensions, factory: registry)
    }
}

extension Meter {
    /// The gauge of a metric.
    convenience init(_ metric: Metric, _ dimensions: [(String, String)] = [], of registry: MetricsRegistry) {
        self.init(label: metric.name, dimensions: dimensions, factory: registry)
    }
}
