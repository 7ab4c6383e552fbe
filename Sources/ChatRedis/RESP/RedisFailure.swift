internal import ChatCore

/// Turns errors of Redis into reasons that may be shown, without a key, an address or a secret.
extension BrokerError {
    static let isAway = BrokerError(.away, "Redis is out of reach")
    static let isFull = BrokerError(.overloaded, "too many requests wait for Redis")
    static let wasLost = BrokerError(.uncertain, "the connection to Redis was lost before it answered")
    static let isSlow = BrokerError(.away, "Redis did not answer in time")
    static let hasNoTLS = BrokerError(.away, "Redis did not answer the TLS handshake in time (rediss://)")
    /// Redis did not know the script, and a later request was done before it could be sent again.
    static let wasOvertaken = BrokerError(.refused, "Redis forgot a script while it was used; send it again")
    /// A connection that answers, but brings no publications.
    static let isDeaf = BrokerError(.away, "nothing that is published in Redis arrives")
    /// Successive connections lead to different servers.
    static let isElsewhere = BrokerError(.away, "the connections lead to different Redis servers")
    /// The sentinels name another server, or this one says that it is a replica.
    static let isNoPrimary = BrokerError(.leaveServer, "this Redis is not the primary any more")
    /// A slot of the Cluster was being moved for too long, or has no server.
    static let isMoving = BrokerError(.away, "this part of the Redis Cluster cannot be used at present")
    static let isUnintelligible = BrokerError(.uncertain, "Redis gave an unexpected answer")

    /// The message is stored, but on fewer replicas than required.
    static func isReplicated(by count: Int, of needed: Int) -> BrokerError {
        let shown = "stored, but \(count) of \(needed) replicas have confirmed it; send it again with the same key"
        return BrokerError(.unconfirmed, shown)
    }

    /// The data are of a newer server.
    static func isOfLayout(_ version: Int, known: Int) -> BrokerError {
        BrokerError(
            .unusableData,
            "the data in Redis have layout \(version) and this server knows \(known): use a server of the version "
                + "that wrote them, or another --redis-prefix"
        )
    }

    /// The node knows this server alone, and there are others.
    static let isOneOfSeveral = BrokerError(
        .unusableData,
        "this Redis is one of several over which rooms are spread: give the server all of them (--redis)"
    )

    /// The reason in an error reply, if it is a reason to leave that Redis.
    static func reasonToLeave(in text: String) -> BrokerError? {
        let error = BrokerError(redis: text)
        return error.code == .leaveServer ? error : nil
    }

    /// Classifies an error reply by its code, or by Redis' words for errors without a code; the rest may name keys.
    init(redis text: String) {
        let error = RedisErrorText(text)
        let reason = error.reason ?? "Redis refused the command"
        let code: Code =
            if Self.codesToLeave.contains(error.code) { .leaveServer } else {
                error.code == Self.unheardCode ? .unconfirmed : .refused
            }
        self.init(code, reason)
    }

    /// With these codes Redis says that it serves nobody now: it is not a primary any more, or not yet.
    private static let codesToLeave: Set<String> = ["READONLY", "MASTERDOWN", "LOADING"]

    /// With this one our own script says that a message is stored, and that Redis refused to publish it.
    private static let unheardCode = "UNHEARD"

    fileprivate static let byCode = [
        BrokerError.unheardCode: "stored, but Redis did not let it be published; send it again with the same key",
        "LOADING": "Redis is loading its data",
        "OOM": "Redis has no memory left",
        "READONLY": "Redis is a read-only replica",
        "MASTERDOWN": "Redis has lost its primary",
        "MISCONF": "Redis cannot save to disk and refuses writes",
        "NOREPLICAS": "Redis has too few replicas and refuses writes",
        "BUSY": "Redis is busy with a script",
        "CLUSTERDOWN": "the Redis cluster is down",
        "MOVED": "this Redis is one node of a cluster and has a part of the keys alone (redis-cluster://)",
        "ASK": "this Redis is one node of a cluster and has a part of the keys alone (redis-cluster://)",
        "CROSSSLOT": "this Redis is one node of a cluster and has a part of the keys alone (redis-cluster://)",
        "NOAUTH": "Redis wants a password",
        "WRONGPASS": "Redis refused the user name or password",
        "DENIED": "Redis is in protected mode: without a password it serves its own machine alone",
        "ELSEWHERE": "this room has moved to another Redis server",
        "UNSETTLED": "this room moves to another Redis server, and not all of them have been told",
        "NOLIST": "this Redis server has not been told yet which rooms it has",
        "WRONGTYPE": "a key of the chat in Redis holds something else",
    ]
}

extension RedisErrorText {
    /// The reason in words for people; nil for an error that nobody has expected.
    fileprivate var reason: String? { BrokerError.byCode[self.code] ?? self.refusal }

    /// Whether it is neither an answer that the chat asks for nor one that it has words for.
    var isUnknown: Bool { self.code != "NOSCRIPT" && self.reason == nil }
}
