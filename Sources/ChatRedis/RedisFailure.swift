internal import ChatCore

/// Turns what Redis says into what may be shown: a reason without a key, an address or a secret.
extension BrokerError {
    static let isAway = BrokerError("Redis is out of reach")
    static let isFull = BrokerError("too many requests wait for Redis")
    static let wasLost = BrokerError("the connection to Redis was lost before it answered")
    static let isSlow = BrokerError("Redis did not answer in time")
    static let wasOvertaken = BrokerError("Redis forgot a script while it was used; send it again")
    /// It is stored, and not as safely as was asked for.
    static func isReplicated(by count: Int, of needed: Int) -> BrokerError {
        BrokerError("stored, but \(count) of \(needed) replicas have confirmed it; send it again with the same key")
    }
    static let isUnintelligible = BrokerError("Redis gave an unexpected answer")

    /// Reads an error reply by its first word, which is all of it that is known to be harmless.
    init(redis text: String) {
        let reasons: [String: String] = [
            "LOADING": "Redis is loading its data",
            "OOM": "Redis has no memory left",
            "READONLY": "Redis is a read-only replica",
            "MASTERDOWN": "Redis has lost its primary",
            "MISCONF": "Redis cannot save to disk and refuses writes",
            "NOREPLICAS": "Redis has too few replicas and refuses writes",
            "BUSY": "Redis is busy with a script",
            "CLUSTERDOWN": "the Redis cluster is down",
            "NOAUTH": "Redis wants a password",
            "WRONGPASS": "Redis refused the user name or password",
            "NOPERM": "the Redis user may not do this",
        ]
        let code = String(text.prefix { $0 != " " })
        self.init(reasons[code] ?? "Redis refused the command")
    }
}
