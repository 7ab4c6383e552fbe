import CoreMetrics

/// Counts how the requests of one loop are answered.
///
/// The door answers most of them, and the shard those that became streams: both count into the same series.
struct ResponseMetrics {
    /// From 1xx to 5xx.
    private let classes: [Counter]

    init(_ dimensions: [(String, String)], of registry: MetricsRegistry) {
        self.classes = (1...5).map { Counter(.responses, dimensions + [("class", "\($0)xx")], of: registry) }
    }

    /// A request was answered by this status.
    func count(status: Int) {
        let index = status / 100 - 1
        if self.classes.indices.contains(index) { self.classes[index].increment() }
    }
}
