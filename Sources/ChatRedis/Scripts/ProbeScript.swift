enum ProbeScript {
    /// Does what storing a message does (a script, reads, writes, a publication), so that Redis refuses it in the same cases.
    ///
    /// KEYS: the node's key. ARGV: the node's channel, the payload.
    ///
    /// The writes come first: a full Redis, or a replica, accepts publications and nothing else, and the publication
    /// may come back sooner than a refusal. The key has a text, so a command for another kind of value changes nothing:
    /// that it is refused for this reason says that the user may send it.
    static let probe = #"""
        redis.call('SET', KEYS[1], ARGV[2], 'EX', 60)
        redis.call('EXPIRE', KEYS[1], 60)
        redis.call('TIME')
        for _, command in ipairs({
            { 'HMGET', KEYS[1], 'seq' }, { 'HSET', KEYS[1], 'seq', '0' }, { 'XADD', KEYS[1], '*', 'event', '' },
        }) do
            local answer = redis.pcall(unpack(command))
            if answer.err and not string.find(answer.err, 'WRONGTYPE', 1, true) then return answer end
        end
        redis.call(ROOM_PUBLISH, ARGV[1], ARGV[2])
        return 1
        """#
}
