/// Whether a client takes what waits for it (docs/PROTOCOL.md, section 4, guarantee 7).
///
/// A client that is slow and goes on taking is not stalled, however long a replay takes it; one that takes nothing is,
/// long before its queue has reached a bound.
package struct StallWatch: Sendable {
    private let timeout: Duration
    private var taken = 0
    /// Since when it has taken nothing of what waits; nil while nothing waits.
    private var since: ContinuousClock.Instant?

    /// Begins with a client for which nothing waits.
    package init(limits: Limits) { self.timeout = limits.stallTimeout }

    /// Looks at the client; to be called a few times within ``Limits/stallTimeout``.
    ///
    /// - Parameters:
    ///   - taken: How many bytes its socket has taken since the beginning.
    ///   - waiting: How many bytes wait for it.
    ///   - now: The time.
    /// - Returns: Why to part from it; nil as long as there is no reason.
    package mutating func check(taken: Int, waiting: Int, now: ContinuousClock.Instant) -> Disconnect? {
        guard waiting > 0 else {
            self.since = nil
            return nil
        }
        guard let since, taken == self.taken else {
            self.since = now
            self.taken = taken
            return nil
        }
        return now - since >= self.timeout ? .slowConsumer : nil
    }
}
