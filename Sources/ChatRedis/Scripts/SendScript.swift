enum SendScript {
    /// De-duplicates, numbers, stores and publishes messages of one room, in the order given.
    ///
    /// KEYS: meta, log; and if nodes of the first layout may have left records of keys, such a record's name for each
    /// message. ARGV: candidate, prefix, channel; a secret of the node, or nothing when no message has a key; 1 where
    /// nodes of the first layout are to find the keys as well, or nothing; then for each message its tail, and the
    /// digest of its key. All of them have keys, or none has.
    ///
    /// Answers the epoch, and for each message number, time, and 1 for a duplicate. Where one could not be stored the
    /// reason stands in place of its three, and those after it are not tried. If it is the first, that is the answer.
    ///
    /// Redis is busy with this script more than with anything else, and to be called costs a command more than what it
    /// does. So all that is to be known of a room is read by one and written by one, however many messages there are,
    /// and what is the same for minutes (how long log and meta live) is written once in a minute. Each run of a script
    /// makes its functions again: there are few.
    static let send = [
        LogScripts.room, Self.open, KeyRecordSteps.openKeys,
        "for index = 6, #ARGV, 2 do",
        Self.findLegacyKey, KeyRecordSteps.claimKey, Self.store, KeyRecordSteps.tendBuckets, Self.answer,
        "end",
        Self.close,
    ].joined(separator: "\n")

    private static let open = #"""
        local call, pcall, format = redis.call, redis.pcall, string.format
        local meta, log = KEYS[1], KEYS[2]
        local found = call('HMGET', meta, 'epoch', 'seq', 'time', 'run', 'keyring', 'keys')
        local epoch, head, last_time, run = found[1], tonumber(found[2]) or 0, tonumber(found[3]) or 0, found[4]
        if not epoch then epoch, head, last_time, run = epoch_of(meta, log, ARGV[1]), 0, 0, RUN end
        local now = call('TIME')
        local clock, oldest = now[1] * 1000 + math.floor(now[2] / 1000), head + 1
        local time = format('%d', clock)
        local seq
        -- What is answered, how long that is, and why a message could not be stored. A table that grows is slow.
        local answers, size, failure = { epoch, false, false, false }, 1
        """#

    private static let findLegacyKey = #"""
        local number = head + 1
        -- Number and time of the message that was stored with the same key.
        local first, first_time
        local legacy = KEYS[index / 2]
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
    /// Where the log cannot take it (it is no stream, or ahead of its number), the key is taken back: nothing was
    /// stored.
    ///
    /// A log is cut in whole blocks, which costs less than to the letter; who reads it is shown no more than it is to
    /// keep.
    private static let store = #"""
        if not first then
            seq = format('%d', number)
            local event = ARGV[2] .. epoch .. '","seq":' .. seq .. ',"time":' .. time .. ARGV[index]
            local entry = pcall('XADD', log, 'MAXLEN', '~', LOG_MESSAGES, seq, 'event', event)
            if entry.err then
                if bucket then call('HDEL', bucket, name) end
                failure = entry
                break
            end
            head = number
            call('PUBLISH', ARGV[3], event)
        """#

    /// Ends what ``store`` began.
    private static let answer = #"""
        end
        answers[size + 1], answers[size + 2], answers[size + 3] = first or number, first_time or clock, first and 1 or 0
        size = size + 3
        """#

    /// Writes down what is to be known of the room.
    ///
    /// A duplicate writes the room's number once more, so that what replicas confirm after it covers the first one too.
    ///
    /// Another run of Redis than the one that the log is known to be of may have lost the end of the log. Numbers go
    /// on, and the log remembers from where they may have been given out before: whoever comes back with a position is
    /// judged by that (``LogRuns``). No node can vouch for a log: it knows what it was told, and others may have been
    /// told more while it was cut off. A log of the first layout has no run, and is taken as it is.
    private static let close = #"""
        if failure then
            if size == 1 then return failure end
            answers[size + 1] = failure
        end
        if head < oldest then
            call('HSET', meta, 'seq', format('%d', head))
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
