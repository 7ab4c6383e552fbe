internal import ChatCore
internal import NIOCore

/// Whether a Redis server can be worked with, and which changes of that are news.
///
/// While it is lost, each new reason is news as well: what is wrong later need not be what was wrong first.
struct EndpointHealth {
    enum Status: Equatable {
        /// Nothing was tried yet.
        case starting
        case ok
        case degraded(BrokerError)
        /// It is being shut down; a loss is not reported any more.
        case stopping
    }

    private(set) var status = Status.starting
    private var outages = OutageReasons()

    /// Why it cannot be worked with, if that is so and known.
    var reason: BrokerError? {
        guard case .degraded(let reason) = self.status else { return nil }
        return reason
    }

    enum OnChange: Equatable {
        /// Nothing that anybody has to be told.
        case none
        /// It can be worked with for the first time.
        case connected
        /// It can be worked with again.
        case regained
        /// It cannot be worked with, for this reason; the log is not told the same over and over.
        case lost(BrokerError, isLogged: Bool)
    }

    /// A connection came to stand, was lost, or did not come to stand.
    ///
    /// - Parameters:
    ///   - isUp: Whether all connections stand now.
    ///   - reason: Why one was lost or did not come to stand; nil when one has come to stand.
    ///   - now: The time.
    /// - Returns: What is news of it.
    mutating func changed(isUp: Bool, lost reason: BrokerError?, _ now: NIODeadline) -> OnChange {
        switch (self.status, isUp) {
        case (.starting, false) where reason == nil: return .none  // another connection is still on its way
        case (.starting, true):
            self.status = .ok
            return .connected
        case (.degraded, true):
            self.status = .ok
            return .regained
        case (.starting, false), (.ok, false):
            let reason = reason ?? .isAway
            _ = self.outages.isNews(reason, now)
            self.status = .degraded(reason)
            return .lost(reason, isLogged: true)
        case (.degraded(let known), false):
            guard let reason, reason.reason != known.reason else { return .none }
            self.status = .degraded(reason)
            return .lost(reason, isLogged: self.outages.isNews(reason, now))
        case (.ok, true), (.stopping, _): return .none
        }
    }

    /// It is given up for good.
    mutating func stop() { self.status = .stopping }

    /// Whether the log is to be told of a reason that is no change of the status.
    mutating func isNews(_ reason: BrokerError, _ now: NIODeadline) -> Bool { self.outages.isNews(reason, now) }
}
