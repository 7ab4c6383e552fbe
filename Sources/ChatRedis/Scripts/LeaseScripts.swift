// One lease for each holder, in one table. These scripts touch no room: they find dead holders, and other scripts sweep
// the rooms.
enum LeaseScripts {
    /// Renews a holder's lease; answers the number of renewals (0 when its members have been, or are being, swept) and
    /// the time.
    ///
    /// Swept holders are remembered only for a while. So a holder says when it last renewed (0: never), and how long a
    /// lease lasts: a holder that is not in the table and was away for longer has been swept.
    ///
    /// KEYS: holders. ARGV: holder, time, milliseconds.
    static let renewLease = #"""
        local found = redis.call('HGET', KEYS[1], ARGV[1])
        local time, last, count = tonumber(now()), tonumber(ARGV[2]), 0
        if found then
            count = tonumber(string.match(found, '^(%d+) '))
            if not count then return { 0, time } end
        elseif last > 0 and (time < last or time - last > tonumber(ARGV[3])) then
            return { 0, time }
        end
        redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f %.0f', count + 1, time))
        return { count + 1, time }
        """#

    /// Lets a holder's lease end at a certain time, and informs every node.
    ///
    /// KEYS: holders. ARGV: holder, milliseconds, channel, payload.
    static let endLease = #"""
        local time = string.format('%.0f', now() + ARGV[2])
        redis.call('HSET', KEYS[1], ARGV[1], 'end ' .. time .. ' ' .. ARGV[2])
        redis.call('PUBLISH', ARGV[3], ARGV[4])
        return 1
        """#

    /// Answers the time and the whole table.
    ///
    /// KEYS: holders.
    static let lookAtLeases = #"""
        return { tonumber(now()), redis.call('HGETALL', KEYS[1]) }
        """#

    /// Records the new state of a holder, unless its lease has changed since it was read.
    ///
    /// KEYS: holders. ARGV: holder, the lease as it was (empty: any), `dead`, `gone` or `forget`. Answers 1 if it was
    /// done.
    static let judgeLease = #"""
        local found = redis.call('HGET', KEYS[1], ARGV[1])
        if not found or (ARGV[2] ~= '' and found ~= ARGV[2]) then return 0 end
        if ARGV[3] == 'forget' then
            redis.call('HDEL', KEYS[1], ARGV[1])
        else
            redis.call('HSET', KEYS[1], ARGV[1], ARGV[3] .. ' ' .. now())
        end
        return 1
        """#
}
