enum SendScript {
    /// De-duplicates, numbers, stores and publishes messages of one room, in the order given.
    ///
    /// KEYS: meta, log; in a Cluster leases; and if nodes of the first layout may have left records of keys, such a record's name for each
    /// message. ARGV: candidate, prefix, channel; a secret of the node, or nothing when no message has a key; 1 if
    /// nodes of the first layout must find the keys as well, or nothing; then for each message its tail, and the digest
    /// of its key. All of them have keys, or none has.
    ///
    /// Answers the epoch, and for each message number, time, and 1 for a duplicate. If a message could not be stored,
    /// the reason replaces its three values, and later messages are not tried. If it is the first message, the reason
    /// is the whole answer.
    ///
    /// Redis spends more time on this script than on anything else, and the call of a command costs more than its work.
    /// So one command reads the state of a room and one writes it, however many messages there are. Values that stay
    /// the same for minutes (the times to live of log and meta) are written once a minute. Each run of a script makes
    /// its functions again, so there are few.
    static let send = [
        LogScripts.room, Self.open, DeduplicationSteps.openKeys,
        "for index = 6, #ARGV, 2 do",
        Self.findLegacyKey, DeduplicationSteps.claimKey, Self.store, DeduplicationSteps.tendBuckets, Self.answer,
        "end",
        Self.close,
    ].joined(separator: "\n")

    /// Reads the state of the room.
    static let open = #"""
        local call, pcall, format = redis.call, redis.pcall, string.format
        local meta, log = KEYS[1], KEYS[2]
        local found = call('HMGET', meta, 'epoch', 'seq', 'time', 'run', 'keyring', 'keys')
        local epoch, head, last_time, run = found[1], tonumber(found[2]) or 0, tonumber(found[3]) or 0, found[4]
        if not epoch then epoch, head, last_time, run = epoch_of(meta, log, ARGV[1]), 0, 0, RUN end
        local now = call('TIME')
        local clock, oldest = now[1] * 1000 + math.floor(now[2] / 1000), head + 1
        local time = format('%d', clock)
        local seq
        -- The answer, its length, and the reason why a message could not be stored. A growing table is slow.
        local answers, size, failure, unheard = { epoch, false, false, false }, 1
        """#

    private static let findLegacyKey = #"""
        local number = head + 1
        -- The number and time of the message that was stored with the same key.
        local first, first_time
        local legacy = HAS_LEGACY_KEYS and KEYS[index / 2]
        local record = legacy and pcall('GET', legacy)
        if type(record) == 'string' then
            local record_epoch, seq, time = string.match(record, '^(%w+) (%d+) (%d+)$')
            local entry = seq and call('XRANGE', log, seq, seq)[1]
            if record_epoch == epoch or (entry and string.find(entry[2][2], '","seq":%d+,"time":' .. time .. ',')) then
                first, first_time = tonumber(seq), tonumber(time)
            end
        end
        """#

    /// Stores a message, and publishes it.
    ///
    /// If the log cannot take it (it is not a stream, or is ahead of its number), the key is removed: nothing was
    /// stored. A log that is ahead has a message whose number was never written, since Redis refused the rest of a script;
    /// the number is written then, so that only this attempt fails.
    ///
    /// If Redis refuses to publish it, it is stored, and an attempt with the same key says so; nodes find it in the log.
    ///
    /// A log is cut in whole blocks, which costs less than an exact cut; readers are shown no more than the limit.
    static let store = #"""
        if not first then
            seq = format('%d', number)
            local event = ARGV[2] .. epoch .. '","seq":' .. seq .. ',"time":' .. time .. ARGV[index]
            local entry = pcall('XADD', log, 'MAXLEN', '~', LOG_MESSAGES, seq, 'event', event)
            if entry.err then
                if bucket then call('HDEL', bucket, name) end
                local last = pcall('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
                local top = last and tonumber(string.match(last[1], '^%d+')) or 0
                local stored_at = top > head and string.match(last[2][2], '","seq":%d+,"time":(%d+),')
                if stored_at then pcall('HSET', meta, 'seq', format('%d', top), 'time', stored_at) end
                failure = entry
                break
            end
            head = number
            local heard = pcall(ROOM_PUBLISH, ARGV[3], event)
            unheard = type(heard) == 'table' and heard
        """#

    /// Completes ``store``.
    static let answer = #"""
        end
        if unheard then
            failure = { err = 'UNHEARD ' .. unheard.err }
            break
        end
        answers[size + 1], answers[size + 2], answers[size + 3] = first or number, first_time or clock, first and 1 or 0
        size = size + 3
        """#

    /// Writes the state of the room.
    ///
    /// A duplicate writes the room's number again, so that a later confirmation of replicas covers the first message,
    /// too.
    ///
    /// If this run of Redis is not the log's own run, the end of the log may have been lost. Numbers go on, and the log
    /// remembers the first number that may have been used before: the position of a client that comes back is judged by
    /// that (``LogRuns``). No node can guarantee a log: other nodes may have been told more while it was cut off. A log
    /// of the first layout has no run, and is used as it is.
    static let close = #"""
        if failure then
            answers[size + 1] = failure
            if size == 1 then answers = failure end
        end
        if head < oldest then
            if size > 1 then call('HSET', meta, 'seq', format('%d', head)) end
            return answers
        end
        if count then
            call('HSET', meta, 'seq', seq, 'time', time, 'keys', format('%d %d%s', window, count, older))
        else
            call('HSET', meta, 'seq', seq, 'time', time)
        end
        if run ~= RUN and RUN ~= '' then
            call('HSET', meta, 'run', RUN)
            if (run or '') ~= '' then
                local runs = (call('HGET', meta, 'runs') or '') .. format('%d:%s ', oldest, time)
                local _, many = string.gsub(runs, ':', ':')
                if many > RUNS then runs = string.match(runs, ' (.*)$') end
                call('HSET', meta, 'runs', runs)
            end
        end
        -- The last message was of an earlier interval.
        if clock - last_time > clock % RENEWAL_MS then
            call('EXPIRE', log, LOG_SECONDS)
            call('EXPIRE', meta, ROOM_SECONDS)
        end
        return answers
        """#
}
