/// Checks whether a client takes its waiting bytes (docs/PROTOCOL.md, section 4, guarantee 7).
///
/// A slow client that goes on taking bytes is not stalled, however long a replay takes. A client that takes nothing is
/// stalled, long before its queue has reached the bound.
package struct StallWatch: Sendable {
    private let timeout: Duration
    private var taken = 0
    /// The time since when it has taken none of the waiting bytes; nil while nothing waits.
    private var since: ContinuousClock.Instant?

    /// Begins with a client for which nothing waits.
    package init(limits: Limits) { self.timeout = limits.stallTimeout }

    /// Checks the client; call it a few times within ``Limits/stallTimeout``.
    ///
    /// - Parameters:
    ///   - taken: The number of bytes that its socket has taken since the beginning. Encryption makes more of what waits,
    ///     so that this goes down a little with each write; only more than at the last check counts as taken.
    ///   - waiting: The number of bytes that wait for it.
    ///   - now: The time.
    /// - Returns: The reason to disconnect it; nil when there is none.
    package mutating func check(taken: Int, waiting: Int, now: ContinuousClock.Instant) -> Disconnect? {
        guard waiting > 0 else {
            self.since = nil
            return nil
        }
        guard let since, taken <= self.taken else {
            self.since = now
            self.taken = taken
            return nil
        }
        self.taken = taken
        return now - since >= self.timeout ? .slowConsumer : nil
    }
}
