// What a node counts of its clients, and of itself.
extension Metric {
    // MARK: Connections

    static let connections = gauge("chat_connections", help: "WebSockets and streams of events that are open.")
    static let openConnections = gauge(
        "chat_open_connections",
        help: "Connections of any kind that are open, WebSockets and streams included."
    )
    static let connectionsLimit = gauge(
        "chat_connections_limit",
        help: "The most connections of any kind that are served."
    )
    static let waitingConnections = gauge(
        "chat_waiting_connections",
        help: "WebSockets and streams for which the node holds bytes in memory."
    )
    static let accepts = counter(
        "chat_accepts_total",
        by: "outcome",
        help: "Connections that were accepted, by whether there was a place for them."
    )
    static let tlsHandshakes = counter(
        "chat_tls_handshakes_total",
        by: "outcome",
        help: "Handshakes of TLS that came to an end."
    )
    static let webSocketHandshakes = counter(
        "chat_websocket_handshakes_total",
        by: "outcome",
        help: "Requests for a WebSocket, by what became of them."
    )
    static let responses = counter(
        "chat_http_responses_total",
        by: "class",
        help: "Answers to HTTP requests, by the class of their status."
    )
    static let closes = counter(
        "chat_closes_total",
        by: "code",
        help: "WebSockets and streams that ended, by the close code of the server, or by who ended them."
    )
    static let slowConsumers = counter(
        "chat_slow_consumers_total",
        help: "WebSockets and streams that were closed because their clients read too slowly."
    )
    static let refused = counter("chat_refused_total", by: "limit", help: "What limits have refused.")
    static let buffered = gauge(
        "chat_buffered_bytes",
        help: "Bytes that wait for clients, or are parts of their messages."
    )
    static let bufferedLimit = gauge(
        "chat_buffered_bytes_limit",
        help: "The number of such bytes from which on the node lets go of clients."
    )

    // MARK: Commands and messages

    static let commands = counter(
        "chat_commands_total",
        by: "type",
        help: "Commands of WebSockets, and of the addresses of streams, that were carried out."
    )
    static let errors = counter(
        "chat_errors_total",
        by: "code",
        help: "Errors that clients of WebSockets and streams were told."
    )
    static let published = counter(
        "chat_messages_published_total",
        help: "Messages of clients of this node that are stored."
    )
    static let deliveries = counter(
        "chat_deliveries_total",
        help: "Messages times the members that they were written for, without replays."
    )
    static let received = counter(
        "chat_websocket_messages_received_total",
        help: "Text messages that came from WebSockets."
    )
    static let sent = counter(
        "chat_websocket_messages_sent_total",
        help: "Messages that were written for WebSockets and streams: replies and events of every kind."
    )
    static let latency = histogram(
        "chat_delivery_latency_seconds",
        in: .milliseconds,
        help: "The time from a message's time until it is written for the members of a loop."
    )
    static let gapsTold = counter(
        "chat_gaps_told_total",
        help: "Clients that were told of messages which they will never get."
    )
    static let resetsTold = counter(
        "chat_resets_told_total",
        help: "Clients that were told that the log of their room began anew."
    )

    // MARK: Rooms

    static let rooms = gauge("chat_rooms", help: "Rooms with members on this node.")
    static let members = gauge(
        "chat_members",
        help: "Members of rooms through this node; a user in two rooms, or on two loops, counts twice."
    )
    static let repairs = counter(
        "chat_presence_repairs_total",
        help: "Rooms whose members this node entered at the broker again."
    )
    static let leasesLost = counter(
        "chat_presence_leases_lost_total",
        help: "Leases with which the broker took a living node for dead."
    )

    // MARK: The node

    static let loops = gauge("chat_loops", help: "Event loops.")
    static let loopLag = histogram(
        "chat_loop_lag_seconds",
        in: .milliseconds,
        help: "How late the event loops were for the turn that each of them has once a second."
    )
    static let inboxOverflows = counter(
        "chat_inbox_overflows_total",
        help: "Times that a loop had so many events to take that it dropped some, and read the logs."
    )
    static let draining = gauge("chat_draining", help: "Whether the node goes away: 1 or 0.")
    static let build = gauge("chat_build_info", by: "version", help: "The version of the server; always 1.")

    /// All of them, in the order in which they are shown.
    static let ofNode = [
        build, draining, loops, loopLag, inboxOverflows,
        connections, openConnections, connectionsLimit, waitingConnections, accepts, tlsHandshakes,
        webSocketHandshakes, responses, closes, slowConsumers, refused, buffered, bufferedLimit,
        commands, errors, published, deliveries, received, sent, latency, gapsTold, resetsTold,
        rooms, members, repairs, leasesLost,
    ]
}
