extension ScriptSource {
    /// What all of these scripts know: who is in a room, and how a change is told.
    ///
    /// KEYS: meta, log, members, leases, names. ARGV: candidate, channel, the room as JSON, …
    ///
    /// - *members*: a sorted set of user and holder, in the order of their bytes: pages, and whether a user has another
    ///   holder.
    /// - *leases*: the same by the time at which each ends: what to sweep.
    /// - *names*: each user once, as the JSON object that events bear: how many there are, and who.
    ///
    /// They outlive their leases, for whoever looks next to sweep what has ended: were they to expire with them, users
    /// would be gone without `left`.
    static let presence = #"""
        local meta, members, leases, names = KEYS[1], KEYS[3], KEYS[4], KEYS[5]
        local channel, room = ARGV[2], ARGV[3]
        local clock = tonumber(now())

        local function announce(type, user, rest)
            epoch_of(meta, KEYS[2], ARGV[1])
            local version = redis.call('HINCRBY', meta, 'presence_version', 1)
            redis.call('PUBLISH', channel, '{"type":"' .. type .. '","room":' .. room .. ',"user":' .. user
                .. ',"member_count":' .. redis.call('HLEN', names)
                .. ',"presence_version":' .. string.format('%.0f', version) .. (rest or '') .. '}')
        end

        -- The object of a user is {"id":…,"name":…}: what comes before the name is the same for both names.
        local function rename(id, old, user, before)
            redis.call('HSET', names, id, user)
            announce('renamed', user, ',"old_name":' .. string.sub(old, before + 1, -2))
        end

        local function put(id, holder, user)
            local pair = id .. '\0' .. holder
            redis.call('ZADD', leases, clock + LEASE_MS, pair)
            redis.call('ZADD', members, 0, pair)
            local old = redis.call('HGET', names, id)
            if not old then
                redis.call('HSET', names, id, user)
                announce('joined', user)
            end
            return old
        end

        local function remove(pair)
            redis.call('ZREM', leases, pair)
            if redis.call('ZREM', members, pair) == 0 then return end
            local id = string.sub(pair, 1, string.find(pair, '\0', 1, true) - 1)
            if redis.call('ZRANGEBYLEX', members, '[' .. id .. '\0', '(' .. id .. '\1', 'LIMIT', 0, 1)[1] then
                return
            end
            local user = redis.call('HGET', names, id)
            redis.call('HDEL', names, id)
            if user then announce('left', user) end
        end

        local function sweep()
            local ended = redis.call('ZRANGEBYSCORE', leases, '-inf', string.format('%.0f', clock), 'LIMIT', 0, 500)
            for _, pair in ipairs(ended) do remove(pair) end
        end

        local function keep()
            for _, key in ipairs({ meta, members, leases, names }) do redis.call('EXPIRE', key, ROOM_SECONDS) end
        end
        """#

    /// Makes a user a member, and answers the version.
    ///
    /// ARGV: …, user's id, holder, the user as JSON, bytes before the name.
    ///
    /// The user is put in before the sweep: a user who comes back does not leave first.
    static let enter = #"""
        local old = put(ARGV[4], ARGV[5], ARGV[6])
        if old and old ~= ARGV[6] then rename(ARGV[4], old, ARGV[6], tonumber(ARGV[7])) end
        sweep()
        keep()
        return tonumber(redis.call('HGET', meta, 'presence_version') or 0)
        """#

    /// Takes a member away from a holder.
    ///
    /// ARGV: …, user's id, holder.
    static let leave = #"""
        remove(ARGV[4] .. '\0' .. ARGV[5])
        return 1
        """#

    /// Lets leases begin anew, and enters those again that were lost.
    ///
    /// ARGV: …, holder, then id and JSON of each user. Answers the version.
    static let renew = #"""
        for index = 5, #ARGV, 2 do put(ARGV[index], ARGV[4], ARGV[index + 1]) end
        sweep()
        keep()
        return tonumber(redis.call('HGET', meta, 'presence_version') or 0)
        """#

    /// Lets leases end soon, and tells every node that is in the room when to sweep them.
    ///
    /// ARGV: …, holder, milliseconds, then the id of each user.
    static let release = #"""
        for index = 6, #ARGV do
            redis.call('ZADD', leases, 'XX', clock + ARGV[5], ARGV[index] .. '\0' .. ARGV[4])
        end
        redis.call('PUBLISH', channel, '{"type":"leases_end","room":' .. room .. ',"after_ms":' .. ARGV[5] .. '}')
        return 1
        """#

    /// Gives a member another name, unless it is the same.
    ///
    /// ARGV: …, user's id, the user as JSON, bytes before the name.
    static let renameMember = #"""
        local old = redis.call('HGET', names, ARGV[4])
        if old and old ~= ARGV[5] then rename(ARGV[4], old, ARGV[5], tonumber(ARGV[6])) end
        return 1
        """#

    /// Answers count, version, cursor (nil: no more) and the users of a page, each once.
    ///
    /// ARGV: …, cursor, most members to answer.
    static let members = #"""
        sweep()
        local cursor, limit = ARGV[4], tonumber(ARGV[5])
        local users, last, more = {}, nil, false
        local from = cursor == '' and '-' or '(' .. cursor .. '\1'
        while not more do
            local found = redis.call('ZRANGEBYLEX', members, from, '+', 'LIMIT', 0, 256)
            if #found == 0 then break end
            for _, pair in ipairs(found) do
                local id = string.sub(pair, 1, string.find(pair, '\0', 1, true) - 1)
                if id ~= last then
                    if #users >= limit then
                        more = true
                        break
                    end
                    last = id
                    local user = redis.call('HGET', names, id)
                    if user then users[#users + 1] = user end
                end
            end
            from = '(' .. found[#found]
        end
        local version = tonumber(redis.call('HGET', meta, 'presence_version') or 0)
        return { redis.call('HLEN', names), version, more and last or false, users }
        """#

    /// Answers members, head, time of the last message (nil: none), 1 if there is a log.
    static let summary = #"""
        sweep()
        local found = redis.call('HMGET', meta, 'seq', 'time')
        return { redis.call('HLEN', names), tonumber(found[1] or 0), tonumber(found[2]) or false,
            redis.call('EXISTS', KEYS[2]) }
        """#
}
