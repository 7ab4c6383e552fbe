enum ServiceScripts {
    /// In which run the data of this Redis are.
    ///
    /// The data bear a name of their run, and which process was the primary that gave it to them. Where another one is,
    /// they get a new name: what it has may end earlier. All nodes find the same name, whoever asked first.
    ///
    /// A primary that was made a replica and a primary again is the same process, with the data of another one. It
    /// remembers whom it followed (`master_replid2`), as one that was never a replica does not: for an hour at least,
    /// and for as long as it has replicas. What else changes while a primary goes on is no sign (its own replication id
    /// does when the first replica comes): nodes that took the data to be in different runs would each take the other
    /// for a loss.
    ///
    /// Answers nothing where Redis does not say who it is, or does not let a name be written.
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
            -- Whoever followed the data can give them their name again where it was evicted.
            local run = not found[2] and known ~= '' and known or fresh
            local written = redis.pcall('HSET', layout, 'run', run, 'process', process, 'followed', followed)
            return type(written) == 'number' and run or ''
        end
        """#

    /// Who Redis is, and what its data are; the first thing that is asked on each connection.
    ///
    /// KEYS: layout. ARGV: a name that no run has had, the version of the layout that the node knows. Answers the
    /// process (empty where Redis does not tell), the run, what it does when its memory is full, and the version of the
    /// layout (0: none is written).
    ///
    /// Who finds Redis empty says so in the layout: nobody has left anything there that would have to be reckoned with.
    static let introduction = [Self.run, Self.introduce].joined(separator: "\n")

    private static let introduce = #"""
        local version = tonumber(redis.call('HGET', KEYS[1], 'version') or 0)
        if redis.pcall('DBSIZE') == 0 then redis.pcall('HSET', KEYS[1], 'began', 'empty') end
        -- Data of a newer layout are not touched.
        local run = version <= tonumber(ARGV[2]) and run_of(KEYS[1], ARGV[1], '') or ''
        return { string.sub(told('server', 'run_id'), 1, 16), run, told('memory', 'maxmemory_policy'), version }
        """#

    /// Lets a node hear itself, and looks who else is there.
    ///
    /// KEYS: layout. ARGV: the node's channel, what to publish there, the channel that all nodes listen to, the one
    /// that nodes of this layout listen to as well, the layout's version, a name that no run has had.
    ///
    /// Data without a version are of the first layout, unless they began in an empty Redis: what nodes of that left behind
    /// is reckoned with for as long as it may count, and again from when such a node was last seen. Answers 1 while there is one, 1 while keys
    /// of theirs may count, and the run.
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
            -- Once in a while is enough.
            if not found[1] or legacy_until < until_then - 60000 then
                redis.pcall('HSET', KEYS[1], 'version', ARGV[5], 'legacy_until', string.format('%.0f', until_then))
                legacy_until = until_then
            end
        end
        redis.call('PUBLISH', ARGV[1], ARGV[2])
        return { has_older and 1 or 0, legacy_until > clock and 1 or 0, run_of(KEYS[1], ARGV[6], RUN) }
        """#
}
