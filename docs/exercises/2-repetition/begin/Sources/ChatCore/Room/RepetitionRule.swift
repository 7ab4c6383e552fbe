/// Lets nobody say the same thing again and again in one room.
///
/// Two texts are the same when only upper and lower case and the amount of white space differ. A refused attempt does not
/// count: whoever waits for as long as the verdict says may say it.
package struct RepetitionRule: Sendable {
    /// The decision on a text.
    package enum Verdict: Equatable, Sendable {
        /// It may be said.
        case pass
        /// The user has just said it, and may say it again after this time.
        case refuse(retryAfter: Duration)
    }

    /// Makes a rule that has heard nothing yet.
    ///
    /// - Parameters:
    ///   - window: The time after which a user may say the same thing again.
    ///   - capacity: The most texts that are remembered, 1 or more; past it the oldest is forgotten early.
    package init(window: Duration, capacity: Int) {}

    /// The number of texts that are remembered.
    package var count: Int { 0 }

    /// A user wants to say something.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - user: The user.
    ///   - now: The time, never before that of an earlier call.
    /// - Returns: Whether it may be said; then it counts as said.
    package mutating func judge(_ text: MessageText, by user: UserID, now: ContinuousClock.Instant) -> Verdict { .pass }

    /// What passed was not said after all: the broker was away, say.
    package mutating func takeBack(_ text: MessageText, by user: UserID) {}
}
