import CoreMetrics
import NIOCore
import Testing

@testable import ChatNode

/// The text format of Prometheus, byte by byte.
@Suite(.patience)
struct PrometheusTextTests {
    private func text(_ families: MetricFamily...) -> String {
        var text = PrometheusText()
        for family in families { text.write(family) }
        return String(buffer: text.bytes)
    }

    @Test func `each metric has its help, its type and its series`() {
        let metric = Metric.counter("a_total", by: "x", "y", help: "What it is.")
        let samples = [
            MetricFamily.Sample(labels: ["1", "2"], value: .number(3)),
            MetricFamily.Sample(labels: ["1", "3"], value: .number(0.5)),
        ]
        #expect(
            self.text(MetricFamily(metric, samples)) == """
                # HELP a_total What it is.
                # TYPE a_total counter
                a_total{x="1",y="2"} 3
                a_total{x="1",y="3"} 0.5

                """
        )
    }

    @Test func `what would end a line or a value early is escaped`() {
        let metric = Metric.gauge("a", by: "x", help: "a \\ and \"b\"\nnot c")
        #expect(
            self.text(MetricFamily(metric, 1, labels: "\"\\\n}")) == """
                # HELP a a \\\\ and "b"\\nnot c
                # TYPE a gauge
                a{x="\\"\\\\\\n}"} 1

                """
        )
    }

    @Test(arguments: [
        (0.0, "0"), (-1.0, "-1"), (1e15, "1000000000000000"), (Double.infinity, "+Inf"), (-Double.infinity, "-Inf"),
        (Double.nan, "NaN"),
        (0.0001, "0.0001"), (1_790_000_000.25, "1790000000.25"),
    ])
    func `a number is written as collectors read it`(number: Double, written: String) {
        #expect(self.text(MetricFamily(.gauge("a", help: "b"), number)).hasSuffix("\na \(written)\n"))
    }

    @Test(arguments: [Histogram.Scale.milliseconds, .tenthsOfMilliseconds])
    func `a histogram is in seconds, cumulative, and ends with its count`(scale: Histogram.Scale) throws {
        let histogram = Histogram(scale)
        for units: Int64 in [0, 1, 2, 3, 10_001] { histogram.record(units) }
        let metric = Metric.histogram("a_seconds", in: scale, help: "b")
        let sample = MetricFamily.Sample(labels: [], value: .distribution(histogram.distribution))
        let lines = self.text(MetricFamily(metric, [sample])).split(separator: "\n").dropFirst(2).map(String.init)
        #expect(lines.count == Histogram.bounds.count + 3)
        switch scale {
        case .milliseconds:
            #expect(
                lines.prefix(3) == [
                    "a_seconds_bucket{le=\"0.001\"} 2", "a_seconds_bucket{le=\"0.002\"} 3",
                    "a_seconds_bucket{le=\"0.005\"} 4",
                ]
            )
            #expect(
                lines.suffix(4) == [
                    "a_seconds_bucket{le=\"10\"} 4", "a_seconds_bucket{le=\"+Inf\"} 5", "a_seconds_sum 10.007",
                    "a_seconds_count 5",
                ]
            )
        case .tenthsOfMilliseconds:
            #expect(lines.first == "a_seconds_bucket{le=\"0.0001\"} 2")
            #expect(
                lines.suffix(4) == [
                    "a_seconds_bucket{le=\"1\"} 4", "a_seconds_bucket{le=\"+Inf\"} 5", "a_seconds_sum 1.0007",
                    "a_seconds_count 5",
                ]
            )
        }
    }

    @Test func `a time counts in the bucket of its bound, and its sum is not rounded`() {
        let histogram = Histogram(.tenthsOfMilliseconds)
        for nanoseconds: Int64 in [-1, 100_000, 100_001, 199_999, .max] { histogram.recordNanoseconds(nanoseconds) }
        let distribution = histogram.distribution
        #expect(distribution.counts.prefix(2) == [2, 2] && distribution.counts.last == 1 && distribution.count == 5)
        let short = Histogram(.tenthsOfMilliseconds)
        short.recordNanoseconds(150_001)
        #expect(short.distribution.nanoseconds == 150_001)
    }

    @Test func `the loops are added up, and a gauge is its last value`() throws {
        let registry = MetricsRegistry()
        for (shard, count) in [("0", 2), ("1", 3)] {
            Counter(.refused, [("shard", shard), ("limit", "openings")], of: registry).increment(by: count)
            Meter(.members, [("shard", shard)], of: registry).set(count)
        }
        Gauge(label: Metric.waitingConnections.name, factory: registry).record(5)
        Gauge(label: Metric.waitingConnections.name, factory: registry).record(4)
        Counter(label: "of_somebody_else", factory: registry).increment()
        let families = registry.families()
        #expect(
            families == [
                MetricFamily(.waitingConnections, 4), MetricFamily(.refused, 5, labels: "openings"),
                MetricFamily(.members, 5),
            ]
        )
    }

    @Test func `names, labels and help are as the field has them`() {
        #expect(Set(Metric.all.map(\.name)).count == Metric.all.count)
        for metric in Metric.all {
            let isName = metric.name.wholeMatch(of: /(chat|process)_[a-z_]+/) != nil
            #expect(isName, "\(metric.name)")
            #expect(metric.name.hasSuffix("_total") == (metric.kind == .counter), "\(metric.name)")
            if case .histogram = metric.kind { #expect(metric.name.hasSuffix("_seconds"), "\(metric.name)") }
            for label in metric.labels {
                let isLabel = label.wholeMatch(of: /[a-z]+/) != nil && label != "le"
                #expect(isLabel, "\(label)")
            }
            #expect(metric.help.hasSuffix("."), "\(metric.name)")
        }
    }
}
