internal import ChatClient
internal import ChatCore

/// The state of the connection, and the changes that are shown as a line: a machine without I/O.
struct LinkState: Sendable {
    /// The time between two measurements of the round trip.
    private static let measuring: Duration = .seconds(20)

    private(set) var state = ConnectionState.connecting
    /// The user's id and name on the server; nil until the first welcome.
    private(set) var user: User?
    /// The time of a round trip; nil until it was measured on this connection.
    private(set) var latency: Duration?
    /// The reason why the last try to connect failed.
    private var lastFailure: String?
    private var lastMeasured: ContinuousClock.Instant?

    var isConnected: Bool { self.welcome != nil }

    /// The server's first message on this connection; nil while there is none.
    var welcome: Welcome? { if case .connected(let welcome) = self.state { welcome } else { nil } }

    /// The way in which a change is shown.
    enum OnChange: Equatable, Sendable {
        /// The prompt and the status line show it.
        case redraw
        case notice(String)
        case warning(String)
    }

    /// The connection has come, gone or is being tried.
    mutating func changed(to state: ConnectionState) -> OnChange {
        let before = self.user
        self.state = state
        self.latency = nil
        switch state {
        case .connecting: return .redraw
        case .connected(let welcome):
            self.user = welcome.user
            self.lastFailure = nil
            return .notice(Notices.connection(state, before: before))
        case .waiting(_, let failure):
            // A try that fails like the one before gets no line.
            defer { self.lastFailure = failure.description }
            return failure.description == self.lastFailure ? .redraw : .warning(Notices.connection(state))
        }
    }

    /// The user has another name.
    mutating func renamed(to user: User) { if user.id == self.user?.id { self.user = user } }

    /// Whether to measure the round trip now: soon after each connect, then now and then.
    mutating func isDue(now: ContinuousClock.Instant) -> Bool {
        guard self.isConnected else {
            self.lastMeasured = nil
            return false
        }
        if let lastMeasured, now - lastMeasured < Self.measuring { return false }
        self.lastMeasured = now
        return true
    }

    /// The round trip was measured.
    ///
    /// - Parameters:
    ///   - latency: Its time.
    ///   - welcome: The welcome of the connection on which the measurement began: on another one it does not count.
    mutating func measured(_ latency: Duration, since welcome: Welcome) {
        if self.welcome == welcome { self.latency = latency }
    }
}
