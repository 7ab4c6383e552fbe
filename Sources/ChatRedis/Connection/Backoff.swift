/// How long to wait before the next attempt to connect: full jitter, so that nodes that lost the same Redis do not all
/// come back to it at once.
package struct Backoff {
    package static let base = Duration.milliseconds(100)
    package static let ceiling = Duration.seconds(5)

    private var failures = 0

    package init() {}

    /// Counts a failure.
    ///
    /// - Parameter generator: Where the jitter comes from.
    /// - Returns: The wait before the next attempt: anything up to a bound that doubles with each failure.
    package mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        let bound = min(Self.ceiling, Self.base * (1 << min(self.failures, 16)))
        self.failures += 1
        return bound * Double.random(in: 0.1...1, using: &generator)
    }

    /// A connection came to stand.
    package mutating func reset() { self.failures = 0 }
}
