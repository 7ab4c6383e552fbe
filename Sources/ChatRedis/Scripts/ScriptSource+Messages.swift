extension ScriptSource {
    /// De-duplicates, numbers, stores and publishes a message.
    ///
    /// KEYS: meta, log, the sender's key as nodes of the first layout have it, if such records may be there. ARGV:
    /// candidate, prefix, tail, channel; and if the sender gave a key its digest, 1 where nodes of the first layout are to
    /// find the key as well, and a secret of the node. Answers epoch, number, time, and 1 for a duplicate.
    ///
    /// A duplicate writes the room's number once more, so that what replicas confirm after it covers the first one too.
    ///
    /// The log comes before the number: had it no room, nothing would have changed.
    ///
    /// Another run of Redis than the one that the log is known to be of may have lost the end of the log. Numbers go on,
    /// and the log remembers from where they may have been given out before: whoever comes back with a position is judged
    /// by that (``LogRuns``). A log of the first layout has no run, and is taken as it is.
    static let send = #"""
        local meta, log, digest = KEYS[1], KEYS[2], ARGV[5]
        -- The name of the room's keys, without `:meta`.
        local base = string.sub(meta, 1, -6) .. ':keys:'
        local epoch = epoch_of(meta, log, ARGV[1])
        local found = redis.call('HMGET', meta, 'seq', 'run', 'keys', 'keyring')
        local time = now()
        local keyring, name, counts, window = found[4]

        local function duplicate(seq, first_time)
            redis.call('HSET', meta, 'seq', found[1] or 0)
            return { epoch, seq, first_time, 1 }
        end

        if digest then
            counts, window = read_counts(keyring and found[3], time)
            if keyring then
                base, name = base .. keyring .. ':', name_of(keyring, digest)
                local seq, first_time = find_key(base, counts, window, name, time)
                if seq then return duplicate(seq, first_time) end
            end
        end
        if KEYS[3] then
            local record = redis.call('GET', KEYS[3])
            if record then
                local first_epoch, seq, first_time = string.match(record, '^(%w+) (%d+) (%d+)$')
                local entry = seq and redis.call('XRANGE', log, id(seq), id(seq))[1]
                if first_epoch == epoch or (entry and has_time(entry[2][2], first_time)) then
                    return duplicate(tonumber(seq), tonumber(first_time))
                end
            end
        end

        local seq = string.format('%.0f', (found[1] or 0) + 1)
        local event = ARGV[2] .. epoch .. '","seq":' .. seq .. ',"time":' .. time .. ARGV[3]
        redis.call('XADD', log, 'MAXLEN', LOG_MESSAGES, seq .. '-0', 'event', event)
        redis.call('HSET', meta, 'seq', seq, 'time', time)
        if RUN ~= '' and found[2] ~= RUN then
            redis.call('HSET', meta, 'run', RUN)
            if (found[2] or '') ~= '' then
                local runs = (redis.call('HGET', meta, 'runs') or '') .. seq .. ':' .. time .. ' '
                local _, many = string.gsub(runs, ':', ':')
                if many > RUNS then runs = string.match(runs, ' (.*)$') end
                redis.call('HSET', meta, 'runs', runs)
            end
        end
        redis.call('EXPIRE', log, LOG_SECONDS)
        redis.call('EXPIRE', meta, ROOM_SECONDS)
        if digest then
            if not keyring then
                -- No other candidate is the same as this one, and nobody but nodes knows the secret.
                keyring = string.sub(redis.sha1hex(ARGV[7] .. ARGV[1]), 1, 16)
                redis.call('HSET', meta, 'keyring', keyring)
                base, name = base .. keyring .. ':', name_of(keyring, digest)
            end
            redis.call('HSET', meta, 'keys', put_key(base, counts, window, name, seq, time))
            if ARGV[6] == '1' then redis.call('SET', KEYS[3], epoch .. ' ' .. seq .. ' ' .. time, 'EX', KEY_SECONDS) end
        end
        redis.call('PUBLISH', ARGV[4], event)
        return { epoch, tonumber(seq), tonumber(time), 0 }
        """#
}
