internal import ChatCore

extension RedisReply {
    /// One of ``BrokerError/reasonsToLeave``, if it is one.
    var reasonToLeave: BrokerError? {
        guard case .error(let text) = self else { return nil }
        return BrokerError.reasonsToLeave.first { $0 == BrokerError(redis: text) }
    }

    /// Whether it says no more than that nothing can be written now; reading goes on.
    var refusesWrites: Bool {
        guard case .error(let text) = self else { return false }
        return ["OOM", "MISCONF", "NOREPLICAS"].contains(BrokerError.code(text))
    }
}

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
    /// Why a Redis serves nobody now: it is no primary any more, or not yet.
    ///
    /// Another one may have its address by the time of the next attempt.
    static let reasonsToLeave = ["READONLY", "MASTERDOWN", "LOADING"].map { BrokerError(redis: $0) }
    static let isUnintelligible = BrokerError("Redis gave an unexpected answer")

    /// Reads an error reply by its first word, since the rest may name keys.
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
        self.init(reasons[Self.code(text)] ?? "Redis refused the command")
    }

    fileprivate static func code(_ text: String) -> String {
        // In a script, Redis says this in words of its own.
        text.contains("on a stale replica") ? "MASTERDOWN" : String(text.prefix { $0 != " " })
    }
}
