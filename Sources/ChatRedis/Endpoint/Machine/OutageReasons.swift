internal import ChatCore
internal import NIOCore

/// Which reasons for an outage the log is told: each new one, and none over and over.
struct OutageReasons {
    /// How long a reason that comes again stays untold.
    static let interval = TimeAmount.minutes(5)
    /// The most reasons that are kept apart; the texts are our own, and few.
    private static let limit = 64

    private var told: [BrokerError: NIODeadline] = [:]

    /// A connection was lost, or did not come to stand; tells whether that is news.
    mutating func isNews(_ reason: BrokerError, _ now: NIODeadline) -> Bool {
        if let last = self.told[reason], now - last < Self.interval { return false }
        if self.told.count >= Self.limit { self.told.removeAll() }
        self.told[reason] = now
        return true
    }
}
