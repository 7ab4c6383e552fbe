/// Tells whether a loop has much to deliver.
///
/// It counts messages times members, not system calls: otherwise the savings from sending messages together would make
/// the loop look idle, and it would switch back and forth.
package struct DeliveryMeter: Sendable {
    /// The deliveries per second from which a loop is busy: sent one by one, they would take about a quarter of a core.
    package static let busyRate = 75_000
    /// The length of the counting interval.
    private static let interval = Duration.milliseconds(50)

    private var start: ContinuousClock.Instant
    private var count = 0
    /// Whether there was much to deliver in the last complete interval.
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
