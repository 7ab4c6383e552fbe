internal import ChatCore
internal import NIOCore

/// Whether a Redis server is usable, and which changes of that to report.
///
/// While it is lost, each new reason is reported too: a later fault need not be the first one.
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

    /// The reason why it is not usable, if that is so and known.
    var reason: BrokerError? {
        guard case .degraded(let reason) = self.status else { return nil }
        return reason
    }

    enum OnChange: Equatable {
        /// There is nothing to report.
        case none
        /// It is usable for the first time.
        case connected
        /// It is usable again.
        case regained
        /// It is not usable, for this reason; the log does not repeat the same reason.
        case lost(BrokerError, isLogged: Bool)
    }

    /// A connection was established or lost, or could not be made.
    ///
    /// - Parameters:
    ///   - isUp: Whether all connections are up now.
    ///   - reason: The reason why one was lost or could not be made; nil when one was established.
    ///   - now: The time.
    /// - Returns: The change to report.
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

    /// The server is given up for good.
    mutating func stop() { self.status = .stopping }

    /// Whether to log a reason that does not change the status.
    mutating func isNews(_ reason: BrokerError, _ now: NIODeadline) -> Bool { self.outages.isNews(reason, now) }
}
