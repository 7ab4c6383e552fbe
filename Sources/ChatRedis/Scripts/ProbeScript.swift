enum ProbeScript {
    /// Does what storing a message does, so that it is refused where that is: a script, a write, a publication.
    ///
    /// KEYS: the node's key. ARGV: the node's channel, what to publish.
    ///
    /// The write comes first: a Redis that is full, or a replica, takes what is published and nothing else, and what is
    /// published may come back sooner than a refusal.
    static let probe = #"""
        redis.call('SET', KEYS[1], ARGV[2], 'EX', 60)
        redis.call('PUBLISH', ARGV[1], ARGV[2])
        return 1
        """#
}
