package import NIOCore

/// The wait before the next attempt to connect: full jitter, so that nodes that lost the same Redis do not all come
/// back to it at once.
package struct Backoff {
    package static let base = Duration.milliseconds(100)
    /// The age at which a connection counts as a success: one that Redis ends again at once does not count, however
    /// well it began.
    package static let proof = TimeAmount.seconds(10)

    /// The longest wait.
    private let ceiling: Duration
    private var failures = 0
    private var openedAt: NIODeadline?

    package init(ceiling: Duration = .seconds(5)) { self.ceiling = ceiling }

    /// A connection was established.
    package mutating func opened(_ now: NIODeadline) { self.openedAt = now }

    /// Counts the end of a connection, or of an attempt to make one.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - generator: The source of the jitter.
    /// - Returns: The wait before the next attempt: anything up to a bound that doubles with each failure.
    package mutating func next(_ now: NIODeadline, using generator: inout some RandomNumberGenerator) -> Duration {
        if let openedAt, now - openedAt >= Self.proof { self.failures = 0 }
        self.openedAt = nil
        let bound = min(self.ceiling, Self.base * (1 << min(self.failures, 16)))
        self.failures += 1
        return bound * Double.random(in: 0.1...1, using: &generator)
    }
}
