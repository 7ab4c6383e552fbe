/// A metric and its values at one moment.
struct MetricFamily: Equatable, Sendable {
    /// One value of it.
    enum Value: Equatable, Sendable {
        case number(Double)
        case distribution(Histogram.Distribution)

        /// The sum of both; those of different forms cannot be added, and the second one is left out.
        func adding(_ other: Value) -> Value {
            switch (self, other) {
            case (.number(let one), .number(let two)): return .number(one + two)
            case (.distribution(var sum), .distribution(let two)):
                sum.add(two)
                return .distribution(sum)
            case (.number, .distribution), (.distribution, .number): return self
            }
        }
    }

    /// One series of it.
    struct Sample: Equatable, Sendable {
        /// The values of the metric's labels, in their order.
        var labels: [String]
        var value: Value
    }

    let metric: Metric
    let samples: [Sample]

    init(_ metric: Metric, _ samples: [Sample]) { (self.metric, self.samples) = (metric, samples) }

    /// A metric with one series.
    ///
    /// - Parameters:
    ///   - metric: The metric.
    ///   - value: Its value.
    ///   - labels: The values of its labels.
    init(_ metric: Metric, _ value: Double, labels: String...) {
        self.init(metric, [Sample(labels: labels, value: .number(value))])
    }

    init(_ metric: Metric, _ value: Int) { self.init(metric, Double(value)) }
}
