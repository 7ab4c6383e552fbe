// One lease for each holder, in one table. Its scripts touch no room: who is dead is found out here, and the rooms are
// told.
enum LeaseScripts {
    /// Renews a holder's lease; answers how often that was done, 0 when its members have been, or are being, swept, and
    /// the time.
    ///
    /// Those who were swept are remembered for a while only. So a holder says when it did this last (0: never), and how
    /// long a lease lasts: one that does not stand in the table and was away for longer has been swept.
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

    /// Lets a holder's lease end at a certain time, and tells every node.
    ///
    /// KEYS: holders. ARGV: holder, milliseconds, channel, what to publish there.
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

    /// Writes down what has become of a holder, unless its lease has changed since it was looked at.
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
