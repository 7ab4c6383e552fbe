import Synchronization

/// A clock that goes when a test says so.
final class ManualClock: Sendable {
    private let milliseconds = Mutex(1_700_000_000_000)

    /// The time, in milliseconds since the Unix epoch.
    var now: Int { self.milliseconds.withLock { $0 } }

    /// Lets time pass.
    func advance(by duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.milliseconds.withLock { $0 += Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000) }
    }
}
