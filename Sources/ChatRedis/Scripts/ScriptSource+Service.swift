extension ScriptSource {
    /// Who Redis is, and what its data are; the first thing that is asked on each connection.
    ///
    /// A run is that of the process, and nothing that may change while it goes on (as its replication id does when the
    /// first replica comes): nodes that took the log to be in different runs would each take the other for a loss.
    ///
    /// KEYS: layout. Answers the run (empty where Redis does not tell), what it does when its memory is full, and the
    /// version of the layout (0: none is written).
    static let introduction = #"""
        local function told(section, field)
            local info = redis.pcall('INFO', section)
            return type(info) == 'string' and string.match(info, '\n' .. field .. ':([^\r\n]*)') or ''
        end
        local version = redis.call('HGET', KEYS[1], 'version')
        return { string.sub(told('server', 'run_id'), 1, 16), told('memory', 'maxmemory_policy'), tonumber(version or 0) }
        """#

    /// Lets a node hear itself, and looks who else is there.
    ///
    /// KEYS: layout. ARGV: the node's channel, what to publish there, the channel that all nodes listen to, the one that
    /// nodes of this layout listen to as well, the layout's version.
    ///
    /// Data without a version are new, or of the first layout: what nodes of that left behind is reckoned with for as
    /// long as it may count, and again from when such a node was last seen. Answers 1 while there is one, and until when
    /// keys of theirs may count.
    static let beat = #"""
        local clock = tonumber(now())
        local found = redis.call('HMGET', KEYS[1], 'version', 'legacy_until')
        local counts = redis.pcall('PUBSUB', 'NUMSUB', ARGV[3], ARGV[4])
        local has_older = not counts.err and counts[2] > counts[4]
        local legacy_until = tonumber(found[2] or 0) or 0
        if not found[1] or has_older then
            local until_then = clock + KEY_SECONDS * 1000
            -- Once in a while is enough.
            if not found[1] or legacy_until < until_then - 60000 then
                redis.pcall('HSET', KEYS[1], 'version', ARGV[5], 'legacy_until', string.format('%.0f', until_then))
                legacy_until = until_then
            end
        end
        redis.call('PUBLISH', ARGV[1], ARGV[2])
        return { has_older and 1 or 0, legacy_until > clock and 1 or 0 }
        """#
}
