/// Lets an event pass at once after a pause, and many events together, once in an interval.
package struct Throttle: Sendable {
    /// The decision on an event.
    package enum Decision: Equatable, Sendable {
        case pass
        /// Ask again at this time.
        case wait(until: ContinuousClock.Instant)
    }

    private var last: ContinuousClock.Instant?

    /// Makes a throttle that lets the first pass.
    package init() {}

    /// An event wants to pass.
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
