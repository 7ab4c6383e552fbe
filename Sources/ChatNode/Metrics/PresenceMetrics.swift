import CoreMetrics

/// Counts what goes wrong with the members of rooms, which is rare: all loops count together.
struct PresenceMetrics {
    private let repairs: Counter
    private let leasesLost: Counter

    init(of registry: MetricsRegistry) {
        self.repairs = Counter(.repairs, of: registry)
        self.leasesLost = Counter(.leasesLost, of: registry)
    }

    /// The members of a room were entered at the broker again.
    func didRepair() { self.repairs.increment() }

    /// The broker took a holder for dead.
    func didLoseLease() { self.leasesLost.increment() }
}
