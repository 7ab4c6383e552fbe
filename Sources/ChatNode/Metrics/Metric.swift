/// What this node counts or measures under one name: the name, and what an operator has to know to read it.
///
/// The names follow Prometheus (base units, `_total` for what only grows); they are an interface, and never change. No
/// label has values that a client chooses: each name stands for a number of series that does not grow.
struct Metric: Hashable, Sendable {
    /// The form of its values.
    enum Kind: Hashable, Sendable {
        /// It only grows while the process lives.
        case counter
        /// It goes up and down.
        case gauge
        /// A distribution of times in seconds; the scale is that of its instruments.
        case histogram(Histogram.Scale)
    }

    let name: String
    let kind: Kind
    /// The labels of its series.
    let labels: [String]
    /// What it is, in one line.
    let help: String

    private init(_ name: String, _ kind: Kind, by labels: [String], _ help: String) {
        (self.name, self.kind, self.labels, self.help) = (name, kind, labels, help)
    }

    /// Something that only grows.
    static func counter(_ name: String, by labels: String..., help: String) -> Metric {
        Metric(name, .counter, by: labels, help)
    }

    /// Something that goes up and down.
    static func gauge(_ name: String, by labels: String..., help: String) -> Metric {
        Metric(name, .gauge, by: labels, help)
    }

    /// A distribution of times.
    static func histogram(_ name: String, in scale: Histogram.Scale, help: String) -> Metric {
        Metric(name, .histogram(scale), by: [], help)
    }
}
