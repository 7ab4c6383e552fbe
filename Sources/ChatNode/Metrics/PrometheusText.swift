import NIOCore

/// Writes metrics in the text format of Prometheus, version 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/).
struct PrometheusText {
    /// The media type of the format.
    static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var bytes = ByteBufferAllocator().buffer(capacity: 16 << 10)

    /// Writes a metric with all of its series.
    mutating func write(_ family: MetricFamily) {
        let metric = family.metric
        self.bytes.writeString("# HELP \(metric.name) \(Self.escaped(metric.help))\n")
        self.bytes.writeString("# TYPE \(metric.name) \(Self.word(for: metric.kind))\n")
        for sample in family.samples {
            let labels = zip(metric.labels, sample.labels).map { "\($0)=\"\(Self.escaped($1, isQuoted: true))\"" }
            switch sample.value {
            case .number(let number): self.line(metric.name, labels, Self.text(number))
            case .distribution(let distribution): self.write(distribution, of: metric, labels)
            }
        }
    }

    /// Buckets count all that is at or below their bound.
    private mutating func write(_ distribution: Histogram.Distribution, of metric: Metric, _ labels: [String]) {
        guard case .histogram(let scale) = metric.kind else { return }
        var below = 0
        for (bound, count) in zip(Histogram.bounds, distribution.counts) {
            below += count
            self.line("\(metric.name)_bucket", labels + ["le=\"\(Self.seconds(bound * scale.unit))\""], String(below))
        }
        self.line("\(metric.name)_bucket", labels + ["le=\"+Inf\""], String(distribution.count))
        self.line("\(metric.name)_sum", labels, Self.seconds(distribution.nanoseconds))
        self.line("\(metric.name)_count", labels, String(distribution.count))
    }

    private mutating func line(_ name: String, _ labels: [String], _ value: String) {
        let labels = labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
        self.bytes.writeString("\(name)\(labels) \(value)\n")
    }

    private static func word(for kind: Metric.Kind) -> String {
        switch kind {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }

    private static func seconds(_ nanoseconds: Int) -> String { Self.text(Double(nanoseconds) / 1_000_000_000) }

    /// A number as Go's `ParseFloat` reads it; a whole one has no fraction.
    private static func text(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number > 0 ? "+Inf" : "-Inf" }
        return Int(exactly: number).map { String($0) } ?? String(number)
    }

    /// A text as a comment or a quoted value may have it.
    private static func escaped(_ text: String, isQuoted: Bool = false) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where isQuoted: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
