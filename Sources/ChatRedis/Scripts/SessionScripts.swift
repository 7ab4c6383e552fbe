enum SessionScripts {
    /// Reads a session, and restarts its time to live.
    ///
    /// KEYS: session. Answers id and name, or nil twice.
    static let readSession = #"""
        local found = redis.call('HMGET', KEYS[1], 'id', 'name')
        if found[1] then redis.call('EXPIRE', KEYS[1], SESSION_SECONDS) end
        return found
        """#

    /// Writes a session.
    ///
    /// KEYS: session. ARGV: id, name, 1 for the full time to live; and to inform all nodes: channel and payload.
    static let writeSession = #"""
        redis.call('HSET', KEYS[1], 'id', ARGV[1], 'name', ARGV[2])
        redis.call('EXPIRE', KEYS[1], ARGV[3] == '1' and SESSION_SECONDS or GUEST_SECONDS)
        if ARGV[4] then redis.call('PUBLISH', ARGV[4], ARGV[5]) end
        return 1
        """#
}
