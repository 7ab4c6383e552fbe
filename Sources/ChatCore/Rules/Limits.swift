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
    /// How many sends a user may make at once, and how many a second after that; nil: as many as come.
    package var sends: Rate? = Rate(burst: 20, perSecond: 10)
    /// How many commands a connection may give at once, and how many a second after that; nil: as many as come.
    package var commands: Rate? = Rate(burst: 100, perSecond: 50)
    /// The most bytes that wait to be sent to a connection.
    package var outboundBytes = 1 << 20
    /// How long nothing may be received before the server pings.
    package var pingInterval: Duration = .seconds(25)
    /// How long a ping may stay without an answer.
    package var pongTimeout: Duration = .seconds(10)
    /// How long a client with bytes waiting for it may take none.
    package var stallTimeout: Duration = .seconds(30)
    /// How long a client that is parted from may take to read what is left for it and to answer the close.
    package var closeTimeout: Duration = .seconds(5)
    /// How long a user stays a member after the last connection has gone.
    package var presenceGrace: Duration = .seconds(10)
    /// How long users of a node that has died stay members.
    ///
    /// Nodes renew leases, and sweep those that have ended, three times as often: whoever was on a node that died is gone
    /// within four thirds of this, and a second, which is a minute at most.
    package var presenceLease: Duration = .seconds(42)
    /// The log of a room.
    package var log = LogLimits()

    package init() {}

    /// A burst, and what is granted each second after it.
    package struct Rate: Equatable, Sendable {
        package var burst: Int
        package var perSecond: Int

        package init(burst: Int, perSecond: Int) {
            self.burst = burst
            self.perSecond = perSecond
        }
    }
}

/// How much of a room's past a broker keeps.
package struct LogLimits: Equatable, Sendable {
    /// The most messages of a room's log.
    package var messages = 1000
    /// How long after the last message the log is kept.
    package var retention: Duration = .seconds(24 * 3600)
    /// How long a key is remembered.
    package var deduplication: Duration = .seconds(24 * 3600)
    /// How long a session is remembered after its last use.
    package var sessions: Duration = .seconds(30 * 24 * 3600)
    /// How long one is that was never used again, by somebody who chose no name and sent nothing.
    package var guestSessions: Duration = .seconds(12 * 3600)

    package init() {}
}
