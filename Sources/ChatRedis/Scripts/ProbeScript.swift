enum ProbeScript {
    /// Does the same steps as storing a message (a script, a write, a publication), so that Redis refuses it in the
    /// same cases.
    ///
    /// KEYS: the node's key. ARGV: the node's channel, the payload.
    ///
    /// The write comes first: a full Redis, or a replica, accepts publications and nothing else, and the publication
    /// may come back sooner than a refusal.
    static let probe = #"""
        redis.call('SET', KEYS[1], ARGV[2], 'EX', 60)
        redis.call(ROOM_PUBLISH, ARGV[1], ARGV[2])
        return 1
        """#
}
