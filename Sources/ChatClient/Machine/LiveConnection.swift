internal import ChatCore

/// What belongs to one connection, and is forgotten with it.
struct LiveConnection {
    /// How far the server's welcome has come.
    enum Stage: Equatable {
        /// The `hello` with this id has no answer yet.
        case greeting(id: Int, since: ContinuousClock.Instant)
        /// The server has said welcome.
        case welcomed(Welcome, since: ContinuousClock.Instant)
    }

    /// What the answer to an id is about.
    enum Expectation: Equatable {
        case join(RoomName)
        case leave
        case request
        case probe
        /// A list of members, because changes were missed.
        case members(RoomName)
    }

    /// How long the server may take to say welcome.
    static let welcomeTimeout: Duration = .seconds(10)

    var stage: Stage
    var liveness: LinkLiveness
    /// Commands of this connection without an answer; sends are the outbox's.
    var expectations: [Int: Expectation] = [:]
    /// When the server asked the client to come back, in milliseconds from then.
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

    /// What the server said at its welcome; nil before.
    var welcome: Welcome? {
        switch self.stage {
        case .greeting: nil
        case .welcomed(let welcome, since: _): welcome
        }
    }

    /// How long the server has welcomed the client; nil when it never did.
    func lifetime(now: ContinuousClock.Instant) -> Duration? {
        switch self.stage {
        case .greeting: nil
        case .welcomed(_, let since): now - since
        }
    }
}
