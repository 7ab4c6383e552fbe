/// Lets pass at once what comes after a pause, and together, once in an interval, what comes thick and fast.
package struct Throttle: Sendable {
    private let interval: Duration
    private var next: ContinuousClock.Instant?

    /// Makes a throttle that lets the first pass.
    ///
    /// - Parameter interval: The shortest time between two passes.
    package init(interval: Duration) { self.interval = interval }

    /// Something wants to pass.
    ///
    /// - Parameter now: The time.
    /// - Returns: Whether it may. What may not has to be asked for again later.
    package mutating func pass(now: ContinuousClock.Instant) -> Bool {
        if let next, now < next { return false }
        self.next = now.advanced(by: self.interval)
        return true
    }
}
