/// The rulings are one hash: each under its id, as `<end> <object>` (end 0: none); `version`, as `<list>-<number>`; and
/// `run`, the run of Redis that gave out the last number.
enum RulingScripts {
    /// Adds rulings.
    ///
    /// KEYS: rulings. ARGV: a name for a list, channel, the most rulings; 1 to add only what is missing; then for each
    /// its id, its end, the object, and the id of
    /// the one from which it follows (empty: none), without which it is not stored.
    ///
    /// A single ruling is told to all nodes; for several, they are told to read all. Answers the version, or nothing
    /// when there is no space.
    static let put = [Self.change, Self.add].joined(separator: "\n")

    /// Removes a ruling, and those that followed from it.
    ///
    /// KEYS: rulings. ARGV: a name for a list, channel, id. Answers the object, or nothing when there is none.
    static let lift = [Self.change, Self.remove].joined(separator: "\n")

    private static let change = #"""
        local rulings, channel = KEYS[1], ARGV[2]
        -- The version after a change.
        local function changed()
            local version = redis.call('HGET', rulings, 'version') or ''
            local list, number = string.match(version, '^(%w+)-(%d+)$')
            -- Another run may have lost changes: its numbers are never compared with those of before.
            local run = redis.call('HGET', rulings, 'run')
            if RUN ~= '' and run ~= RUN then
                redis.call('HSET', rulings, 'run', RUN)
                if run then list = nil end
            end
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

        local added, single = 0, #ARGV == 8
        for index = 5, #ARGV, 4 do
            local id, value, source = ARGV[index], ARGV[index + 1] .. ' ' .. ARGV[index + 2], ARGV[index + 3]
            local is_lifted = source ~= '' and redis.call('HEXISTS', rulings, source) == 0
            local is_there = redis.call('HEXISTS', rulings, id) == 1
            if not is_there and redis.call('HLEN', rulings) > most then
                purge()
                if redis.call('HLEN', rulings) > most then return false end
            end
            if not (is_lifted or is_there and only_missing) then
                redis.call('HSET', rulings, id, value)
                added = added + 1
            end
        end
        if added == 0 then return redis.call('HGET', rulings, 'version') or '' end
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
        local function remove(id)
            redis.call('HDEL', rulings, id)
            local version = changed()
            redis.call('PUBLISH', channel,
                '{"type":"ruling_lifted","version":"' .. version .. '","id":"' .. id .. '"}')
        end

        local id = ARGV[3]
        local found = redis.call('HGET', rulings, id)
        if not found then return false end
        remove(id)
        -- Only one that covers addresses has any.
        if string.find(found, '"with_address":true', 1, true) then
            local fields = redis.call('HGETALL', rulings)
            for index = 1, #fields, 2 do
                if string.find(fields[index + 1], '"source":"' .. id .. '"', 1, true) then remove(fields[index]) end
            end
        end
        return string.match(found, '^%d+ (.*)$') or false
        """#
}
