internal import ChatCore

/// Decides when a client asks for a token, and when it gives up: a machine without I/O and without a clock.
///
/// A token is renewed before it ends, at a time that differs from client to client, since many tokens may have been
/// made at the same moment. Renewals that fail are tried again for as long as the token is good; after that the server
/// ends the connection, and the next one needs another token anyway.
struct TokenMachine: Sendable {
    /// How often the first token may fail; a client that was welcome before goes on trying.
    static let maximumTries = 5
    /// The longest time before the end of a token at which it is renewed.
    static let longestMargin: Duration = .seconds(60)
    /// The shortest wait after a renewal that failed.
    static let shortestWait: Duration = .seconds(1)

    /// The token of the present connection.
    private enum Token {
        /// The server needs none, or there is no other one.
        case unneeded
        /// It is renewed at a time before its end.
        case good(until: ContinuousClock.Instant, renewal: ContinuousClock.Instant)
        /// Another one was asked for.
        case asked(until: ContinuousClock.Instant)
    }

    private let isFixed: Bool
    private var token = Token.unneeded
    private var failures = 0
    private var wasWelcome = false

    /// - Parameter isFixed: Whether there is only one token, or none.
    init(isFixed: Bool) { self.isFixed = isFixed }

    /// The time when another token is wanted.
    var deadline: ContinuousClock.Instant? {
        switch self.token {
        case .good(until: _, let renewal): renewal
        case .unneeded, .asked: nil
        }
    }

    /// The server has welcomed the client, or taken another token.
    ///
    /// - Parameters:
    ///   - seconds: The time for which the token is good; nil: the server needs none.
    ///   - now: The time.
    ///   - fraction: A random number from 0 to 1, which spreads the renewals of many clients.
    mutating func accepted(for seconds: Int?, now: ContinuousClock.Instant, fraction: Double) {
        (self.failures, self.wasWelcome) = (0, true)
        guard let seconds, !self.isFixed else { return self.token = .unneeded }
        let life = Duration.seconds(min(seconds, 1 << 31))
        // A fifth of its life at most, and half of that for the spread.
        let margin = min(life / 5, Self.longestMargin)
        let renewal = now + life - margin - margin / 2 * fraction
        self.token = .good(until: now + life, renewal: max(renewal, now + Self.shortestWait))
    }

    /// Whether the time to ask for another token has come; it is asked for once.
    mutating func takeDue(now: ContinuousClock.Instant) -> Bool {
        guard case .good(let end, let renewal) = self.token, renewal <= now else { return false }
        self.token = .asked(until: end)
        return true
    }

    /// No token came, or the server did not take it: the next try is halfway to the end.
    mutating func renewalFailed(now: ContinuousClock.Instant) {
        guard case .asked(let end) = self.token else { return }
        let wait = max((end - now) / 2, Self.shortestWait)
        self.token = .good(until: end, renewal: now + wait)
    }

    /// A connection ended, or was never made.
    ///
    /// - Returns: Whether it is no use to come back, as far as tokens are concerned.
    mutating func ended(_ failure: ConnectionFailure) -> Bool {
        self.token = .unneeded
        let hasExpired = failure.disconnect?.code == Disconnect.tokenExpired.code
        guard hasExpired || failure.token != nil else { return false }
        self.failures += 1
        // The same token would be refused again.
        if hasExpired, self.isFixed { return true }
        guard !self.wasWelcome else { return false }
        return failure.token?.isFinal == true || self.failures >= Self.maximumTries
    }
}
