enum ServiceScripts {
    /// The run of this Redis' data.
    ///
    /// The data contain the name of their run, and the process of the primary that wrote it. On another process they
    /// get a new name, since its data may end earlier. All nodes find the same name, whichever asked first.
    ///
    /// A primary that became a replica and then a primary again is the same process, with the data of another one.
    /// Unlike a server that was never a replica, it remembers its former primary (`master_replid2`): for at least an
    /// hour, and for as long as it has replicas. No other value may be used, since a primary's own replication id
    /// changes when the first replica comes: nodes that saw different runs would each report a loss.
    ///
    /// Answers nothing if Redis does not identify itself, or refuses to write a name.
    private static let run = #"""
        local function told(section, field)
            local info = redis.pcall('INFO', section)
            return type(info) == 'string' and string.match(info, '\n' .. field .. ':([^\r\n]*)') or ''
        end

        local function run_of(layout, fresh, known)
            local process, followed = told('server', 'run_id'), told('replication', 'master_replid2')
            if not string.find(followed, '[^0]') then followed = '' end
            local found = redis.call('HMGET', layout, 'run', 'process', 'followed')
            if process == '' then return '' end
            local is_same = found[2] == process and (followed == '' or found[3] == followed)
            if found[1] and is_same then return found[1] end
            -- A node that followed the data can write their name again if it was evicted.
            local run = not found[2] and known ~= '' and known or fresh
            local written = redis.pcall('HSET', layout, 'run', run, 'process', process, 'followed', followed)
            return type(written) == 'number' and run or ''
        end
        """#

    /// The identity of Redis and of its data; the first request on each connection.
    ///
    /// KEYS: layout. ARGV: a new name for a run, the version of the layout that the node knows. Answers the process
    /// (empty if Redis does not give it), the run, the policy for full memory, the version of the layout (0: none is
    /// written), the role, and the list of servers that holds (empty: it has all rooms).
    ///
    /// If Redis is empty, the layout says so: there are no old data to take into account.
    static let introduction = [Self.run, Self.introduce].joined(separator: "\n")

    private static let introduce = #"""
        local version = tonumber(redis.call('HGET', KEYS[1], 'version') or 0)
        if redis.pcall('DBSIZE') == 0 then redis.pcall('HSET', KEYS[1], 'began', 'empty') end
        -- Data of a newer layout are not touched.
        local run = version <= tonumber(ARGV[2]) and run_of(KEYS[1], ARGV[1], '') or ''
        return { string.sub(told('server', 'run_id'), 1, 16), run, told('memory', 'maxmemory_policy'), version,
            told('replication', 'role'), redis.call('HGET', KEYS[1], 'list') or '' }
        """#

    /// Lets a node hear itself, and checks which other nodes are there.
    ///
    /// KEYS: layout. ARGV: the node's channel, the payload, the channel that all nodes listen to, the one that nodes of
    /// this layout listen to as well, the layout's version, a new name for a run.
    ///
    /// Data without a version are of the first layout, unless they began in an empty Redis. Keys that its nodes left
    /// are valid for a time that starts again whenever such a node is seen. Answers 1 while there is such a node, 1
    /// while such keys may count, and the run.
    static let beat = [Self.run, Self.listen].joined(separator: "\n")

    private static let listen = #"""
        local clock = tonumber(now())
        local found = redis.call('HMGET', KEYS[1], 'version', 'legacy_until', 'began')
        local counts = redis.pcall('PUBSUB', 'NUMSUB', ARGV[3], ARGV[4])
        local has_older = not counts.err and counts[2] > counts[4]
        local legacy_until = tonumber(found[2] or 0) or 0
        if not found[1] and found[3] and not has_older then
            redis.pcall('HSET', KEYS[1], 'version', ARGV[5])
        elseif not found[1] or has_older then
            local until_then = clock + KEY_SECONDS * 1000
            -- Now and then is enough.
            if not found[1] or legacy_until < until_then - 60000 then
                redis.pcall('HSET', KEYS[1], 'version', ARGV[5], 'legacy_until', string.format('%.0f', until_then))
                legacy_until = until_then
            end
        end
        redis.call('PUBLISH', ARGV[1], ARGV[2])
        return { has_older and 1 or 0, legacy_until > clock and 1 or 0, run_of(KEYS[1], ARGV[6], RUN) }
        """#
}
