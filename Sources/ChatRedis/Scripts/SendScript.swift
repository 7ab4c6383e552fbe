enum SendScript {
    /// De-duplicates, numbers, stores and publishes a message.
    ///
    /// KEYS: meta, log, the sender's key as nodes of the first layout have it, if such records may be there. ARGV:
    /// candidate, prefix, tail, channel; and if the sender gave a key its digest, a secret of the node, and 1 where
    /// nodes of the first layout are to find the key as well. Answers epoch, number, time, and 1 for a duplicate.
    ///
    /// Redis is busy with this script more than with anything else, and to be called costs a command more than what it
    /// does. So all that is to be known of a room is read by one and written by one, and what is the same for minutes
    /// (how long log and meta live) is written once in a minute. Each run of a script makes its functions again: there
    /// are few.
    static let send = [
        LogScripts.room, Self.open, Self.findLegacyKey, KeyRecordSteps.claimKey, Self.answerDuplicate,
        Self.store, KeyRecordSteps.tendBuckets, Self.publish,
    ].joined(separator: "\n")

    private static let open = #"""
        local call, format = redis.call, string.format
        local meta, log, digest = KEYS[1], KEYS[2], ARGV[5]
        local found = call('HMGET', meta, 'epoch', 'seq', 'time', 'run', 'keyring', 'keys')
        local epoch, head, last_time, run = found[1], found[2] or 0, tonumber(found[3]) or 0, found[4]
        if not epoch then epoch, head, last_time, run = epoch_of(meta, log, ARGV[1]), 0, 0, RUN end
        local time = call('TIME')
        local clock, number = time[1] * 1000 + math.floor(time[2] / 1000), head + 1
        local time, seq = format('%d', clock), format('%d', number)
        -- Number and time of the message that was stored with the same key.
        local first
        """#

    private static let findLegacyKey = #"""
        local record = KEYS[3] and call('GET', KEYS[3])
        if record then
            local first_epoch, seq, time = string.match(record, '^(%w+) (%d+) (%d+)$')
            local entry = seq and call('XRANGE', log, seq, seq)[1]
            if first_epoch == epoch or (entry and string.find(entry[2][2], '","seq":%d+,"time":' .. time .. ',')) then
                first = { tonumber(seq), tonumber(time) }
            end
        end
        """#

    /// A duplicate writes the room's number once more, so that what replicas confirm after it covers the first one too.
    private static let answerDuplicate = #"""
        if first then
            call('HSET', meta, 'seq', head)
            return { epoch, first[1], first[2], 1 }
        end
        """#

    /// Stores the message, and what is to be known of it.
    ///
    /// Where the log cannot take it (it is no stream, or ahead of its number), the key is taken back: nothing was
    /// stored.
    ///
    /// A log is cut in whole blocks, which costs less than to the letter; who reads it is shown no more than it is to
    /// keep.
    ///
    /// Another run of Redis than the one that the log is known to be of may have lost the end of the log. Numbers go
    /// on, and the log remembers from where they may have been given out before: whoever comes back with a position is
    /// judged by that (``LogRuns``). No node can vouch for a log: it knows what it was told, and others may have been
    /// told more while it was cut off. A log of the first layout has no run, and is taken as it is.
    private static let store = #"""
        local event = ARGV[2] .. epoch .. '","seq":' .. seq .. ',"time":' .. time .. ARGV[3]
        local entry = redis.pcall('XADD', log, 'MAXLEN', '~', LOG_MESSAGES, seq, 'event', event)
        if entry.err then
            if digest then call('HDEL', bucket, name) end
            return entry
        end
        if digest then
            count = count + 1
            call('HSET', meta, 'seq', seq, 'time', time, 'keys', format('%d %d%s', window, count, older))
            if ARGV[7] then call('SET', KEYS[3], epoch .. ' ' .. seq .. ' ' .. time, 'EX', KEY_SECONDS) end
        else
            call('HSET', meta, 'seq', seq, 'time', time)
        end
        if run ~= RUN and RUN ~= '' then
            call('HSET', meta, 'run', RUN)
            if (run or '') ~= '' then
                local runs = (call('HGET', meta, 'runs') or '') .. seq .. ':' .. time .. ' '
                local _, many = string.gsub(runs, ':', ':')
                if many > RUNS then runs = string.match(runs, ' (.*)$') end
                call('HSET', meta, 'runs', runs)
            end
        end
        """#

    private static let publish = #"""
        -- The last message was of an earlier interval.
        if clock - last_time > clock % RENEWAL_MS then
            call('EXPIRE', log, LOG_SECONDS)
            call('EXPIRE', meta, ROOM_SECONDS)
        end
        call('PUBLISH', ARGV[4], event)
        return { epoch, number, clock, 0 }
        """#
}
