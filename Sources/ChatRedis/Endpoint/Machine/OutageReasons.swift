internal import ChatCore
internal import NIOCore

/// Chooses the reasons for an outage that are logged: each new one, without repeats.
struct OutageReasons {
    /// The time for which a repeated reason is not logged.
    static let interval = TimeAmount.minutes(5)
    /// The most reasons that are kept apart; the texts are our own, and few.
    private static let limit = 64

    private var told: [BrokerError: NIODeadline] = [:]

    /// A connection was lost or could not be made; returns whether to log it.
    mutating func isNews(_ reason: BrokerError, _ now: NIODeadline) -> Bool {
        if let last = self.told[reason], now - last < Self.interval { return false }
        if self.told.count >= Self.limit { self.told.removeAll() }
        self.told[reason] = now
        return true
    }
}
