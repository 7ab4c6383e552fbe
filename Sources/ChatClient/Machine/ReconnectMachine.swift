package import ChatCore

/// Decides whether and when a client comes back (docs/PROTOCOL.md, section 7).
///
/// Full jitter: the wait is a random time from a range that doubles with each try, so that the clients of a dead node
/// do not all come back at once. The first wait is random, too: those clients all lost their connection at the same
/// moment.
package struct ReconnectMachine: Sendable {
    /// The shortest wait.
    package static let shortest: Duration = .milliseconds(500)
    /// The longest wait.
    package static let longest: Duration = .seconds(20)
    /// The longest wait that a server may ask for, in milliseconds: an hour.
    static let longestHint = 3_600_000
    /// The age of a connection after which waits are short again: the client must not hammer a server that accepts
    /// connections and drops them at once.
    package static let settled: Duration = .seconds(10)

    private var attempts = 0

    package init() {}

    /// The shell's step after a connection ended, or was never made.
    package enum OnEnd: Equatable, Sendable {
        /// Connect again after this long.
        case retry(after: Duration)
        /// Do not reconnect.
        case stop
    }

    /// A connection ended, or was never made.
    ///
    /// - Parameters:
    ///   - disconnect: The close frame's code and reason; nil when the connection just broke.
    ///   - lifetime: The time since the server's welcome; nil when there was none.
    ///   - hint: The `reconnect_ms` of the server's `closing`.
    ///   - generator: The source of the jitter.
    /// - Returns: Whether and when to connect again.
    package mutating func ended(
        _ disconnect: Disconnect?,
        lifetime: Duration?,
        hint: Int? = nil,
        using generator: inout some RandomNumberGenerator
    ) -> OnEnd {
        if let disconnect, disconnect.isFinal { return .stop }
        if let lifetime, lifetime >= Self.settled { self.attempts = 0 }
        // With a fresh token it is welcome at once; the server that ended many tokens at the same moment is spared.
        let hint = hint ?? (disconnect?.code == Disconnect.tokenExpired.code && self.attempts == 0 ? 0 : nil)
        let ceiling = self.attempts >= 5 ? Self.longest : min(Self.longest, .seconds(1 << self.attempts))
        self.attempts += 1
        // A server that gives a time spreads its clients itself; a little jitter is added in case it does not.
        if let hint {
            let wait = min(max(0, hint), Self.longestHint)
            return .retry(after: .milliseconds(wait + Int.random(in: 0...500, using: &generator)))
        }
        return .retry(after: Self.random(Self.shortest, ceiling, using: &generator))
    }

    private static func random(
        _ low: Duration,
        _ high: Duration,
        using generator: inout some RandomNumberGenerator
    ) -> Duration {
        let range = Int((high - low) / .milliseconds(1))
        return low + .milliseconds(Int.random(in: 0...max(0, range), using: &generator))
    }
}
