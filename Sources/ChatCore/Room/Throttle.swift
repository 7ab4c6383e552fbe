/// Lets pass at once what comes after a pause, and together, once in an interval, what comes thick and fast.
package struct Throttle: Sendable {
    /// Whether something may pass.
    package enum Decision: Equatable, Sendable {
        case pass
        /// Ask again at this time.
        case wait(until: ContinuousClock.Instant)
    }

    private var last: ContinuousClock.Instant?

    /// Makes a throttle that lets the first pass.
    package init() {}

    /// Something wants to pass.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - interval: The shortest time since the last one that passed.
    /// - Returns: Whether it may.
    package mutating func pass(now: ContinuousClock.Instant, interval: Duration) -> Decision {
        if let next = self.last?.advanced(by: interval), now < next { return .wait(until: next) }
        self.last = now
        return .pass
    }
}
