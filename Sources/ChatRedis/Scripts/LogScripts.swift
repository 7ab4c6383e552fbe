enum LogScripts {
    /// The time, and the epoch of a room.
    static let epoch = [Self.time, Self.room].joined(separator: "\n")

    /// The time, in milliseconds since the Unix epoch.
    private static let time = #"""
        local function now()
            local time = redis.call('TIME')
            return string.format('%d', time[1] * 1000 + math.floor(time[2] / 1000))
        end
        """#

    /// The epoch of a room; `RUN` names the run of Redis that the connection leads to, and is empty if Redis does not
    /// name it.
    ///
    /// A room without one starts with a candidate that the node made of random bits; Redis' own random numbers repeat
    /// after a restart. Messages that its log may still have were numbered in an epoch that nobody knows any more.
    ///
    /// The first write of every script must be one that Redis refuses when it has no memory left: after a write that it
    /// accepts even then, it would let the rest of the script pass.
    static let room = #"""
        local function epoch_of(meta, log, candidate)
            local found = redis.call('HGET', meta, 'epoch')
            if found then return found end
            redis.call('HSET', meta, 'epoch', candidate, 'seq', 0, 'run', RUN)
            redis.call('EXPIRE', meta, ROOM_SECONDS)
            redis.call('DEL', log)
            return candidate
        end
        """#

    /// Reads some of a room's log.
    ///
    /// KEYS: meta, log. ARGV: `head`, `after` or `before`; number; most messages; candidate; 1 to make the epoch.
    ///
    /// Answers epoch, first number, head, the message at the number (nil when it is not kept), number and message of
    /// each requested one, the time of the last message (nil: none), and the beginnings of runs that nobody has proven.
    static let read = #"""
        local meta, log = KEYS[1], KEYS[2]
        local mode, seq, limit = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
        if ARGV[5] == '1' then
            epoch_of(meta, log, ARGV[4])
            -- A Redis that refuses writes can still be read.
            redis.pcall('EXPIRE', meta, ROOM_SECONDS)
        end
        local found = redis.call('HMGET', meta, 'epoch', 'seq', 'time', 'runs')
        local epoch = found[1]
        if not epoch then return { ARGV[4], 1, 0, false, {}, false, '' } end

        local function number(entry) return tonumber(string.match(entry[1], '^%d+')) end
        local function id(number) return string.format('%d', number) end

        local head = tonumber(found[2] or 0)
        local oldest = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
        -- A log may have a few more messages than its limit.
        local first = math.max(oldest and number(oldest) or head + 1, head - LOG_MESSAGES + 1)

        local anchor = false
        local place = mode == 'head' and head or seq
        if mode ~= 'before' and place > 0 then
            local entry = redis.call('XRANGE', log, id(place), id(place))[1]
            if entry then anchor = entry[2][2] end
        end

        local messages, count, size = {}, 0, 0
        local function take(entries)
            for _, entry in ipairs(entries) do
                if number(entry) < first then return false end
                size = size + #entry[2][2]
                if count > 0 and size > PAGE_BYTES then return false end
                count = count + 1
                messages[2 * count - 1] = number(entry)
                messages[2 * count] = entry[2][2]
            end
            return #entries > 0 and count < limit
        end
        -- In small steps: long messages fill a page long before the limit does.
        local more = mode ~= 'head' and limit > 0
        local from = mode == 'before' and math.min(seq, head + 1) - 1 or math.max(seq + 1, first)
        while more and from > 0 do
            local step = math.min(64, limit - count)
            if mode == 'after' then
                more = take(redis.call('XRANGE', log, id(from), '+', 'COUNT', step))
                from = (messages[2 * count - 1] or 0) + 1
            else
                more = take(redis.call('XREVRANGE', log, id(from), '-', 'COUNT', step))
                from = (messages[2 * count - 1] or 0) - 1
            end
        end
        return { epoch, first, head, anchor, messages, tonumber(found[3]) or false, found[4] or '' }
        """#

    /// Gives a log that was rolled back another epoch.
    ///
    /// KEYS: meta, log. ARGV: the epoch to replace, its successor, prefix.
    ///
    /// What may not be written is found out before anything is deleted: the epoch is written as it is, and a stream refuses the
    /// number 0 for that number alone, unless the user may not write to it.
    ///
    /// The kept messages contain their epoch in their bytes, and get the new one there, too. When another node has
    /// replaced the epoch already, its choice stays. Every client with a number of the new epoch has it from this run
    /// of Redis.
    static let replaceEpoch = #"""
        local meta, log, old, new, prefix = KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3]
        if redis.call('HGET', meta, 'epoch') ~= old then return 0 end
        local entries = redis.call('XRANGE', log, '-', '+')
        local begin = prefix .. old
        local refusal = redis.pcall('XADD', log, '0-0', 'event', '')
        if not string.find(refusal.err, '0-0', 1, true) then return refusal end
        redis.call('HSET', meta, 'epoch', old)
        redis.call('DEL', log)
        redis.call('HSET', meta, 'epoch', new, 'run', RUN)
        redis.call('HDEL', meta, 'runs')
        for _, entry in ipairs(entries) do
            local event = entry[2][2]
            if string.sub(event, 1, #begin) == begin then
                event = prefix .. new .. string.sub(event, #begin + 1)
            end
            redis.call('XADD', log, entry[1], 'event', event)
        end
        redis.call('EXPIRE', log, LOG_SECONDS)
        -- The time of the last message shows when a log got its time to live; for this log it has to start again.
        if #entries == 0 then redis.call('HDEL', meta, 'time') end
        return 1
        """#

    /// Removes every message of a room, and begins another epoch.
    ///
    /// KEYS: meta, log. ARGV: the new epoch, channel, the message that asks nodes to read the log.
    ///
    /// The keys of the messages go with their keyring, whose name nobody knows any more; their records expire. The
    /// count of presence changes goes on.
    static let clear = #"""
        local meta, log = KEYS[1], KEYS[2]
        if redis.call('HEXISTS', meta, 'epoch') == 0 then return 0 end
        redis.call('HSET', meta, 'epoch', ARGV[1], 'seq', 0, 'run', RUN)
        redis.call('HDEL', meta, 'time', 'runs', 'keyring', 'keys')
        redis.call('DEL', log)
        redis.call(ROOM_PUBLISH, ARGV[2], ARGV[3])
        return 1
        """#
}
