/// The rulings are one hash: each under its id, as `<end> <object>` (end 0: none), and `version`, as `<list>-<number>`.
enum RulingScripts {
    /// Adds rulings.
    ///
    /// KEYS: rulings. ARGV: a name for a list, channel, the most rulings; 1 to add only what is missing; then for each
    /// its id, its end, and the object.
    ///
    /// A single ruling is told to all nodes; for several, they are told to read all. Answers the version, or nothing
    /// when there is no space.
    static let put = [Self.change, Self.add].joined(separator: "\n")

    /// Removes a ruling.
    ///
    /// KEYS: rulings. ARGV: a name for a list, channel, id. Answers the object, or nothing when there is none.
    static let lift = [Self.change, Self.remove].joined(separator: "\n")

    private static let change = #"""
        local rulings, channel = KEYS[1], ARGV[2]
        -- The version after a change.
        local function changed()
            local version = redis.call('HGET', rulings, 'version') or ''
            local list, number = string.match(version, '^(%w+)-(%d+)$')
            version = string.format('%s-%d', list or ARGV[1], (tonumber(number) or 0) + 1)
            redis.call('HSET', rulings, 'version', version)
            return version
        end
        """#

    private static let add = #"""
        local most, only_missing = tonumber(ARGV[3]), ARGV[4] == '1'
        -- Those that have ended are removed when there is no space, and otherwise now and then.
        local function purge()
            local clock = redis.call('TIME')[1] * 1000
            local fields = redis.call('HGETALL', rulings)
            for index = 1, #fields, 2 do
                local ends = tonumber(string.match(fields[index + 1], '^(%d+) '))
                if ends and ends > 0 and ends < clock then redis.call('HDEL', rulings, fields[index]) end
            end
        end

        local added, single = 0, #ARGV == 7
        for index = 5, #ARGV, 3 do
            local id, value = ARGV[index], ARGV[index + 1] .. ' ' .. ARGV[index + 2]
            local is_there = redis.call('HEXISTS', rulings, id) == 1
            if not is_there and redis.call('HLEN', rulings) > most then
                purge()
                if redis.call('HLEN', rulings) > most then return false end
            end
            if not (is_there and only_missing) then
                redis.call('HSET', rulings, id, value)
                added = added + 1
            end
        end
        if added == 0 then return redis.call('HGET', rulings, 'version') end
        local version = changed()
        if string.sub(version, -2) == '00' then purge() end
        if single then
            redis.call('PUBLISH', channel,
                '{"type":"ruling","version":"' .. version .. '","ruling":' .. ARGV[7] .. '}')
        else
            redis.call('PUBLISH', channel, '{"type":"rulings_changed"}')
        end
        return version
        """#

    private static let remove = #"""
        local id = ARGV[3]
        local found = redis.call('HGET', rulings, id)
        if not found then return false end
        redis.call('HDEL', rulings, id)
        local version = changed()
        redis.call('PUBLISH', channel,
            '{"type":"ruling_lifted","version":"' .. version .. '","id":"' .. id .. '"}')
        return string.match(found, '^%d+ (.*)$') or false
        """#
}
