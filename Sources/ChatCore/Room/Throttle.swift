/// Lets pass at once what comes after a pause, and together, once in an interval, what comes thick and fast.
package struct Throttle: Sendable {
    private var last: ContinuousClock.Instant?

    /// Makes a throttle that lets the first pass.
    package init() {}

    /// Something wants to pass.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - interval: The shortest time since the last one that passed.
    /// - Returns: Whether it may. What may not has to be asked for again later.
    package mutating func pass(now: ContinuousClock.Instant, interval: Duration) -> Bool {
        if let last, now < last.advanced(by: interval) { return false }
        self.last = now
        return true
    }
}
