/// Tells whether a loop has much to deliver.
///
/// It counts messages times members, not system calls: what is saved by sending messages together must not make the
/// loop look idle, or it would go to and fro.
package struct DeliveryMeter: Sendable {
    /// From so many deliveries a second on a loop is busy: each by itself, they would take about a quarter of a core.
    package static let busyRate = 75_000
    /// How long is counted.
    private static let interval = Duration.milliseconds(50)

    private var start: ContinuousClock.Instant
    private var count = 0
    /// Whether there was much to deliver in the last interval that has ended.
    package private(set) var isBusy = false

    package init(now: ContinuousClock.Instant) { self.start = now }

    /// Counts deliveries.
    package mutating func add(_ deliveries: Int, now: ContinuousClock.Instant) {
        let elapsed = self.start.duration(to: now)
        if elapsed >= Self.interval {
            self.isBusy = Duration.seconds(self.count) >= elapsed * Self.busyRate
            self.start = now
            self.count = 0
        }
        self.count += deliveries
    }
}
