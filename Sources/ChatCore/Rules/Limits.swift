/// The limits of the protocol (docs/PROTOCOL.md, section 5); every one can be configured.
package struct Limits: Equatable, Sendable {
    /// The most bytes of a text.
    package var textBytes = 8192
    /// The most bytes of a WebSocket message from a client.
    package var messageBytes = 64 * 1024
    /// The most rooms a connection is in.
    package var rooms = 100
    /// The most messages that a `history` or a `join` gives at once.
    package var history = 100
    /// The most members that a list has; a room with more counts as large.
    package var members = 200
    /// The sends of a user at once, and per second after that; nil: no limit.
    package var sends: Rate? = Rate(burst: 20, perSecond: 10)
    /// The commands of a connection at once, and per second after that; nil: no limit.
    package var commands: Rate? = Rate(burst: 100, perSecond: 50)
    /// The most bytes that wait to be sent to a connection.
    package var outboundBytes = 1 << 20
    /// The time within which a client brings its token, where it needs one.
    package var helloTimeout: Duration = .seconds(10)
    /// The time without received bytes after which the server pings.
    package var pingInterval: Duration = .seconds(25)
    /// The time for the answer to a ping.
    package var pongTimeout: Duration = .seconds(10)
    /// The time for which a client with waiting bytes may take none.
    package var stallTimeout: Duration = .seconds(30)
    /// The time that a disconnected client has to read its last bytes and to answer the close.
    package var closeTimeout: Duration = .seconds(5)
    /// The time for which a user stays a member after the last connection was lost.
    package var presenceGrace: Duration = .seconds(10)
    /// The time for which users of a dead node stay members.
    ///
    /// Nodes renew leases, and sweep ended ones, three times as often: users of a dead node are gone within four thirds
    /// of this time and a second, which is at most a minute.
    package var presenceLease: Duration = .seconds(42)
    /// The log of a room.
    package var log = LogLimits()

    /// What one user, one address and one room may cost everybody else.
    package var cost = CostLimits()

    package init() {}
}

/// The part of a room's past that a broker keeps.
package struct LogLimits: Equatable, Sendable {
    /// The most messages of a room's log.
    package var messages = 1000
    /// The time for which the log is kept after the last message.
    package var retention: Duration = .seconds(24 * 3600)
    /// The time for which a key is remembered.
    package var deduplication: Duration = .seconds(24 * 3600)
    /// The time for which a session is remembered after its last use.
    package var sessions: Duration = .seconds(30 * 24 * 3600)
    /// The same for a session that was never used again, if its user chose no name and sent nothing.
    package var guestSessions: Duration = .seconds(12 * 3600)

    package init() {}
}
