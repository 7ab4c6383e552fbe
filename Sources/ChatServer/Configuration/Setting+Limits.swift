import ChatCore
import ChatNode
import ChatSettings

/// The limits of the protocol as settings; each has the default of ``Limits``.
extension Setting {
    private static let standard = Limits()

    private static func limit(
        _ key: String,
        in range: ClosedRange<Int> = 1...(1 << 30),
        _ fallback: Int?,
        _ help: String,
        isHidden: Bool = false
    ) -> Setting {
        Setting("limits." + key, .integer(range), default: "\(fallback ?? 0)", help: help, isHidden: isHidden)
    }

    private static func seconds(_ key: String, _ fallback: Duration, _ help: String, isHidden: Bool = false) -> Setting
    {
        self.limit(key, in: 1...(100 * 365 * 86400), Int(fallback / .seconds(1)), help, isHidden: isHidden)
    }

    static let textBytes = limit("text-bytes", standard.textBytes, "The most bytes of a text ({default}).")
    static let messageBytes = limit(
        "message-bytes",
        in: 1024...(1 << 30),
        standard.messageBytes,
        "The most bytes of a WebSocket message or an HTTP body ({default})."
    )
    static let roomsPerConnection = limit(
        "rooms-per-connection",
        standard.rooms,
        "The most rooms of a connection ({default})."
    )
    static let history = limit(
        "history",
        standard.history,
        "The most messages of a page of history or a join by count ({default})."
    )
    static let members = limit(
        "members",
        standard.members,
        "The most members of a list; a room with more counts as large ({default})."
    )
    static let sendBurst = limit("send-burst", standard.sends?.burst, "Sends of a user at once ({default}).")
    static let sendRate = limit(
        "send-rate",
        standard.sends?.count,
        "Sends of a user each second after that ({default})."
    )
    static let commandBurst = limit(
        "command-burst",
        standard.commands?.burst,
        "Commands of a connection at once ({default})."
    )
    static let commandRate = limit(
        "command-rate",
        standard.commands?.count,
        "Commands of a connection each second after that ({default})."
    )
    static let outboundBytes = limit(
        "outbound-bytes",
        in: 4096...(1 << 30),
        standard.outboundBytes,
        "The most bytes that wait for a connection; past it the connection is closed with 4000 ({default})."
    )
    static let logMessages = limit(
        "log-messages",
        standard.log.messages,
        "Messages that a room's log keeps ({default})."
    )
    static let logSeconds = seconds(
        "log-seconds",
        standard.log.retention,
        "Seconds that a room's log is kept after its last message ({default})."
    )
    static let dedupSeconds = seconds(
        "dedup-seconds",
        standard.log.deduplication,
        "Seconds that a key stands for one message ({default})."
    )
    static let sessionDays = limit(
        "session-days",
        in: 1...36500,
        Int(standard.log.sessions / .seconds(86400)),
        "Days that a session is kept after its last use ({default})."
    )
    /// For tests: a longer time keeps connections of nobody.
    static let helloSeconds = seconds("hello-seconds", standard.helloTimeout, "", isHidden: true)
    static let pingSeconds = seconds(
        "ping-seconds",
        standard.pingInterval,
        "Seconds without anything received until the server pings ({default})."
    )
    static let pongSeconds = seconds(
        "pong-seconds",
        standard.pongTimeout,
        "Seconds for the answer to a ping ({default})."
    )
    static let stallSeconds = seconds(
        "stall-seconds",
        standard.stallTimeout,
        "Seconds that a client may take nothing of what waits for it ({default})."
    )
    static let presenceSeconds = seconds(
        "presence-seconds",
        standard.presenceGrace,
        "Seconds that a user stays a member after the last connection has gone ({default})."
    )
    /// For tests: a longer time delays the end of a node, a shorter one loses the last messages.
    static let closeSeconds = seconds("close-seconds", standard.closeTimeout, "", isHidden: true)
    /// For tests: a shorter time costs Redis more, a longer one leaves ghosts.
    static let leaseSeconds = seconds("lease-seconds", standard.presenceLease, "", isHidden: true)
    static let connections = limit(
        "connections",
        in: 0...(.max),
        NodeConfiguration().maximumConnections,
        "The most connections of this node ({default}: as many as its descriptors allow)."
    )

    static let limits =
        [
            textBytes, messageBytes, roomsPerConnection, history, members, sendBurst, sendRate, commandBurst,
            commandRate, outboundBytes, logMessages, logSeconds, dedupSeconds, sessionDays, pingSeconds, pongSeconds,
            stallSeconds,
            presenceSeconds, closeSeconds, leaseSeconds, helloSeconds, connections,
        ] + costs
}
