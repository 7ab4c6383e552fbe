enum PresenceScripts {
    /// The common part of these scripts: the members of a room, and the publication of a change.
    ///
    /// KEYS: meta, log, members, leases, names, held. ARGV: candidate, channel, the room as JSON, …
    ///
    /// - *members*: a sorted set of user and holder, in the order of their bytes: pages, and whether a user has another
    ///   holder.
    /// - *held*: the same by holder and user: the number of members of a holder, and the members to sweep when it is
    ///   dead. A script gets the dead holder as an argument; it reads no key of another room.
    /// - *names*: each user once, as the JSON object in events: the number of members and their names.
    /// - *leases*: user and holder by the time at which each ends. Nodes of the layout before *held* write it, and
    ///   these scripts sweep ended leases there. A pair is either here or in *held*.
    ///
    /// None of them expires while somebody is in the room: users would be gone without `left`.
    static let presence = #"""
        local meta, members, leases, names, held = KEYS[1], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
        local channel, room = ARGV[2], ARGV[3]

        local function version() return tonumber(redis.call('HGET', meta, 'presence_version') or 0) end

        local function announce(type, user, rest)
            epoch_of(meta, KEYS[2], ARGV[1])
            local version = redis.call('HINCRBY', meta, 'presence_version', 1)
            redis.call(ROOM_PUBLISH, channel, '{"type":"' .. type .. '","room":' .. room .. ',"user":' .. user
                .. ',"member_count":' .. redis.call('HLEN', names)
                .. ',"presence_version":' .. string.format('%.0f', version) .. (rest or '') .. '}')
        end

        -- Members use versions: they would ignore a change at or below the version they know. 1 when Redis had lost it.
        local function go_past(told)
            if told == 0 or version() >= told then return 0 end
            -- A Redis that refuses writes can still be read.
            if type(redis.pcall('HSETNX', meta, 'presence_version', 0)) == 'table' then return 1 end
            epoch_of(meta, KEYS[2], ARGV[1])
            redis.call('HSET', meta, 'presence_version', string.format('%.0f', told + 1))
            return 1
        end

        -- The object of a user is {"id":…,"name":…}: the part before the name is the same for both names.
        local function rename(id, old, user, before)
            redis.call('HSET', names, id, user)
            announce('renamed', user, ',"old_name":' .. string.sub(old, before + 1, -2))
        end

        local function put(id, holder, user)
            redis.call('ZADD', held, 0, holder .. '\0' .. id)
            redis.call('ZADD', members, 0, id .. '\0' .. holder)
            local old = redis.call('HGET', names, id)
            if not old then
                redis.call('HSET', names, id, user)
                announce('joined', user)
            end
            return old
        end

        local function has_holder(id)
            return redis.call('ZRANGEBYLEX', members, '[' .. id .. '\0', '(' .. id .. '\1', 'LIMIT', 0, 1)[1]
        end

        local function depart(id)
            local user = redis.call('HGET', names, id)
            redis.call('HDEL', names, id)
            if user then announce('left', user) end
        end

        -- Where *members* was lost, *held* says whether a user has another holder. Of more than 64 it is not asked: the
        -- user stays until the records are mended.
        local function is_held(id)
            local entry = redis.call('ZRANGEBYLEX', held, '-', '+', 'LIMIT', 0, 1)[1]
            local asked = 0
            while entry do
                local holder = string.sub(entry, 1, string.find(entry, '\0', 1, true) - 1)
                asked = asked + 1
                if asked > 64 or redis.call('ZSCORE', held, holder .. '\0' .. id) then return true end
                entry = redis.call('ZRANGEBYLEX', held, '[' .. holder .. '\1', '+', 'LIMIT', 0, 1)[1]
            end
            return false
        end

        local function remove(id, holder)
            local pair = id .. '\0' .. holder
            local was_held = redis.call('ZREM', held, holder .. '\0' .. id) == 1
            local was_member = redis.call('ZREM', members, pair) == 1
            redis.call('ZREM', leases, pair)
            if has_holder(id) then return end
            if was_member or was_held and not is_held(id) then depart(id) end
        end

        local function split(pair)
            local place = string.find(pair, '\0', 1, true)
            return string.sub(pair, 1, place - 1), string.sub(pair, place + 1)
        end

        local function held_by(holder) return '[' .. holder .. '\0', '(' .. holder .. '\1' end

        local function count_of(holder) return redis.call('ZLEXCOUNT', held, held_by(holder)) end

        -- 1 when there are more.
        local function sweep_leases()
            local time = now()
            local ended = redis.call('ZRANGEBYSCORE', leases, '-inf', time, 'LIMIT', 0, SWEEP_LIMIT)
            for _, pair in ipairs(ended) do remove(split(pair)) end
            return #ended == SWEEP_LIMIT and 1 or 0
        end

        local function whole()
            return agree(redis.call('ZCARD', members), redis.call('ZCARD', held), redis.call('ZCARD', leases),
                redis.call('HLEN', names))
        end

        local function keep()
            redis.call('EXPIRE', meta, ROOM_SECONDS)
            redis.call('EXPIRE', leases, ROOM_SECONDS)
            for _, key in ipairs({ members, names, held }) do redis.call('PERSIST', key) end
        end
        """#

    /// Makes a user a member, and answers the version, and 1 if the records are whole.
    ///
    /// ARGV: …, user's id, holder, the user as JSON, bytes before the name.
    ///
    /// The user is entered before the sweep, so that a user who comes back does not leave first.
    static let enter = #"""
        local old = put(ARGV[4], ARGV[5], ARGV[6])
        if old and old ~= ARGV[6] then rename(ARGV[4], old, ARGV[6], tonumber(ARGV[7])) end
        sweep_leases()
        keep()
        return { version(), whole() }
        """#

    /// Removes a member of a holder, and answers the number of members that the holder still has.
    ///
    /// ARGV: …, user's id, holder.
    static let leave = #"""
        remove(ARGV[4], ARGV[5])
        return count_of(ARGV[5])
        """#

    /// Replaces a holder's members, from one user's id to another's, by exactly these.
    ///
    /// ARGV: …, holder, the version that was told, the id after which, the id until which (both may be empty: from the
    /// beginning, to the end), then id and JSON of each user.
    ///
    /// Answers the version, the number of the holder's members, and 1 if there are more to remove.
    static let restore = #"""
        local holder = ARGV[4]
        go_past(tonumber(ARGV[5]))
        local here = {}
        for index = 8, #ARGV, 2 do here[ARGV[index]] = true end
        local from, to = held_by(holder)
        if ARGV[6] ~= '' then from = '(' .. holder .. '\0' .. ARGV[6] end
        if ARGV[7] ~= '' then to = '[' .. holder .. '\0' .. ARGV[7] end
        local removed = 0
        for _, entry in ipairs(redis.call('ZRANGEBYLEX', held, from, to)) do
            local id = string.sub(entry, #holder + 2)
            if not here[id] then
                if removed == SWEEP_LIMIT then return { version(), count_of(holder), 1 } end
                remove(id, holder)
                removed = removed + 1
            end
        end
        for index = 8, #ARGV, 2 do put(ARGV[index], holder, ARGV[index + 1]) end
        sweep_leases()
        keep()
        return { version(), count_of(holder), 0 }
        """#

    /// Removes members of a dead holder, and those whose own leases have ended; answers 1 if there are more.
    ///
    /// ARGV: …, holder (empty: none).
    static let sweep = #"""
        local more = sweep_leases()
        if ARGV[4] ~= '' then
            local from, to = held_by(ARGV[4])
            local found = redis.call('ZRANGEBYLEX', held, from, to, 'LIMIT', 0, SWEEP_LIMIT)
            for _, entry in ipairs(found) do remove(string.sub(entry, #ARGV[4] + 2), ARGV[4]) end
            if #found == SWEEP_LIMIT then more = 1 end
        end
        return more
        """#

    /// Answers the state of a room: epoch (nil: none), head, version, number of members, 1 if the records are complete,
    /// and the number of leases of single members.
    ///
    /// KEYS: meta, members, leases, names, held.
    ///
    /// It writes nothing, and runs when a ``Glance`` is not enough.
    static let look = #"""
        local found = redis.call('HMGET', KEYS[1], 'epoch', 'seq', 'presence_version')
        local leases, users = redis.call('ZCARD', KEYS[3]), redis.call('HLEN', KEYS[4])
        return { found[1], tonumber(found[2] or 0), tonumber(found[3] or 0), users,
            agree(redis.call('ZCARD', KEYS[2]), redis.call('ZCARD', KEYS[5]), leases, users), leases }
        """#

    /// Answers the holders of a room's members, 64 at most.
    ///
    /// KEYS: held.
    static let holders = #"""
        local holders = {}
        local entry = redis.call('ZRANGEBYLEX', KEYS[1], '-', '+', 'LIMIT', 0, 1)[1]
        while entry and #holders < 64 do
            local holder = string.sub(entry, 1, string.find(entry, '\0', 1, true) - 1)
            holders[#holders + 1] = holder
            entry = redis.call('ZRANGEBYLEX', KEYS[1], '[' .. holder .. '\1', '+', 'LIMIT', 0, 1)[1]
        end
        return holders
        """#

    /// 1 when the records of a room's members agree, by their sizes: a Redis that evicts removes whole keys.
    static let agree = #"""
        local function agree(members, held, leases, names)
            local agrees = members == held + leases and names <= members and (names > 0 or members == 0)
            return agrees and 1 or 0
        end
        """#

    /// Makes the records of a room's members consistent again, some of them at a time.
    ///
    /// ARGV: …, step (1 to 3), cursor. Answers the next step (0: done), cursor, and the number of members that step 1
    /// found.
    ///
    /// 1. Enters each pair of a user and a holder in *held* as well, where the sweep of a dead holder finds it.
    /// 2. Enters each pair of *held* in *members* as well.
    /// 3. Removes users without a holder.
    static let mend = #"""
        local step, cursor = tonumber(ARGV[4]), ARGV[5]
        if step == 3 then
            local found = redis.call('HSCAN', names, cursor == '' and '0' or cursor, 'COUNT', SWEEP_LIMIT)
            for index = 1, #found[2], 2 do
                if not has_holder(found[2][index]) then depart(found[2][index]) end
            end
            return { found[1] == '0' and 0 or 3, found[1], 0 }
        end
        local from, to = step == 1 and members or held, step == 1 and held or members
        local found = redis.call('ZRANGEBYLEX', from, cursor == '' and '-' or '(' .. cursor, '+',
            'LIMIT', 0, SWEEP_LIMIT)
        local added = 0
        for _, entry in ipairs(found) do
            if step == 2 or not redis.call('ZSCORE', leases, entry) then
                local first, second = split(entry)
                added = added + redis.call('ZADD', to, 0, second .. '\0' .. first)
            end
        end
        if step == 2 then added = 0 end
        if #found < SWEEP_LIMIT then return { step + 1, '', added } end
        return { step, found[#found], added }
        """#

    /// Gives a member another name, unless it is the same.
    ///
    /// ARGV: …, user's id, the user as JSON, bytes before the name.
    static let renameMember = #"""
        local old = redis.call('HGET', names, ARGV[4])
        if old and old ~= ARGV[5] then rename(ARGV[4], old, ARGV[5], tonumber(ARGV[6])) end
        return 1
        """#

    /// Answers count, version, cursor (nil: no more), the users of a page, each once, and 1 if no records were lost.
    ///
    /// ARGV: …, cursor, most members to answer, the version that was told.
    static let members = #"""
        local lost = go_past(tonumber(ARGV[6]))
        sweep_leases()
        local cursor, limit = ARGV[4], tonumber(ARGV[5])
        local ids, more = {}, false
        local from = cursor == '' and '-' or '(' .. cursor .. '\1'
        repeat
            local found = redis.call('ZRANGEBYLEX', members, from, '+', 'LIMIT', 0, 256)
            for _, pair in ipairs(found) do
                local id = split(pair)
                if id ~= ids[#ids] then
                    more = #ids == limit
                    if more then break end
                    ids[#ids + 1] = id
                end
            end
            from = '(' .. (found[#found] or '')
        until more or #found < 256
        -- Some names at a time: a call has so many arguments at most.
        local users = {}
        for first = 1, #ids, 512 do
            local some = redis.call('HMGET', names, unpack(ids, first, math.min(first + 511, #ids)))
            for index = 1, #some do
                if some[index] then users[#users + 1] = some[index] else lost = 1 end
            end
        end
        return { redis.call('HLEN', names), version(), more and ids[#ids] or false, users,
            lost == 0 and whole() or 0 }
        """#

    /// Answers members, head, time of the last message (nil: none), 1 if there is a log.
    static let summary = #"""
        local found = redis.call('HMGET', meta, 'seq', 'time')
        return { redis.call('HLEN', names), tonumber(found[1] or 0), tonumber(found[2]) or false,
            redis.call('EXISTS', KEYS[2]) }
        """#
}
