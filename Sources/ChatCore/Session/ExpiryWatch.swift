/// Ends a connection in time when its token's time is over, also when the token is replaced and clocks are set.
///
/// It checks at least twice a minute: a timer for the end itself could lie years ahead, and each further token would
/// leave another one behind.
package struct ExpiryWatch: Sendable {
    /// The longest time between two checks.
    package static let interval = Duration.seconds(30)

    /// Counts the tokens: a check for an earlier one has no effect.
    private var round: UInt32 = 0

    package init() {}

    /// The next check: its number, and the time until then.
    package struct Check: Equatable, Sendable {
        package var round: UInt32
        package var delay: Duration
    }

    /// The shell's step at a check.
    package enum OnCheck: Equatable, Sendable {
        /// Nothing: another token has come since.
        case ignore
        /// Check again.
        case wait(Check)
        /// The token's time is over.
        case expired
    }

    /// A token was taken.
    ///
    /// - Parameters:
    ///   - expiry: The end of its time, in milliseconds since the Unix epoch.
    ///   - now: The time, likewise.
    /// - Returns: The first check.
    package mutating func begin(expiry: Int, now: Int) -> Check {
        self.round &+= 1
        return self.next(expiry: expiry, now: now)
    }

    /// It is time for a check.
    package func check(_ round: UInt32, expiry: Int, now: Int) -> OnCheck {
        guard round == self.round else { return .ignore }
        return now < expiry ? .wait(self.next(expiry: expiry, now: now)) : .expired
    }

    private func next(expiry: Int, now: Int) -> Check {
        Check(round: self.round, delay: min(Self.interval, .milliseconds(max(0, expiry - now))))
    }
}
