internal import ChatCore

/// The state of one connection, which is dropped with it.
struct LiveConnection {
    /// The state of the server's welcome.
    enum Stage: Equatable {
        /// The `hello` with this id has no answer yet.
        case greeting(id: Int, since: ContinuousClock.Instant)
        /// The server has said welcome.
        case welcomed(Welcome, since: ContinuousClock.Instant)
    }

    /// The subject of the answer to an id.
    enum Expectation: Equatable {
        case join(RoomName)
        case leave
        case request
        case probe
        /// A token, in place of the present one.
        case refresh
        /// A list of members, because changes were missed.
        case members(RoomName)
    }

    /// The longest time for the server's welcome.
    static let welcomeTimeout: Duration = .seconds(10)

    var stage: Stage
    var liveness: LinkLiveness
    /// Commands of this connection without an answer; sends are in the outbox.
    var expectations: [Int: Expectation] = [:]
    /// The wait that the server asked for before the client comes back, in milliseconds.
    var reconnectHint: Int?

    /// A connection that has just been made.
    ///
    /// - Parameters:
    ///   - id: The id of the `hello`.
    ///   - now: The time.
    init(hello id: Int, now: ContinuousClock.Instant) {
        self.stage = .greeting(id: id, since: now)
        self.liveness = LinkLiveness(interval: .seconds(25), now: now)
    }

    /// The server's welcome; nil before it.
    var welcome: Welcome? {
        switch self.stage {
        case .greeting: nil
        case .welcomed(let welcome, since: _): welcome
        }
    }

    /// The time since the server's welcome; nil when there was none.
    func lifetime(now: ContinuousClock.Instant) -> Duration? {
        switch self.stage {
        case .greeting: nil
        case .welcomed(_, let since): now - since
        }
    }
}
