// What a node counts of its broker.
extension Metric {
    static let broker = gauge("chat_broker_info", by: "kind", help: "The kind of broker; always 1.")
    static let brokerUp = gauge("chat_broker_up", help: "Whether the broker is in reach: 1 or 0.")
    static let roundTrip = histogram(
        "chat_broker_round_trip_seconds",
        in: .tenthsOfMilliseconds,
        help: "The time until the broker has stored sends; one batch of each loop and second is measured."
    )
    static let lostConnections = counter(
        "chat_broker_connections_lost_total",
        help: "Connections to the broker that ended, or could not be used."
    )
    static let reconnects = counter(
        "chat_broker_reconnects_total",
        help: "Connections to the broker that were made again."
    )
    static let deafConnections = counter(
        "chat_broker_deaf_connections_total",
        help: "Times that what the node published to itself did not come back."
    )
    static let strayConnections = counter(
        "chat_broker_stray_connections_total",
        help: "Connections that led to another Redis than a newer one."
    )
    static let unknownErrors = counter(
        "chat_broker_unknown_errors_total",
        help: "Errors of Redis that the server has no words for; the log tells them at level debug."
    )
    static let invalidPayloads = counter(
        "chat_broker_invalid_payloads_total",
        help: "Publications of other programs that were no messages."
    )
    static let unloggedPublications = counter(
        "chat_broker_unlogged_publications_total",
        help: "Publications that no log has."
    )
    static let rolledBackLogs = counter(
        "chat_broker_rolled_back_logs_total",
        help: "Logs that lost messages, and got another epoch."
    )

    /// All of them, in the order in which they are shown.
    static let ofBroker = [
        broker, brokerUp, roundTrip, lostConnections, reconnects, deafConnections, strayConnections, unknownErrors,
        invalidPayloads, unloggedPublications, rolledBackLogs,
    ]
}
