enum BudgetScript {
    /// Takes tokens out of an account, which may owe then.
    ///
    /// KEYS: account. ARGV: tokens, burst, and the rate: a count, and the milliseconds that it is for. Answers the tokens
    /// that are left, rounded down.
    static let settle = #"""
        local tokens, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
        local earned = tonumber(ARGV[3]) / tonumber(ARGV[4])
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local found = redis.call('HMGET', KEYS[1], 'left', 'time')
        local left = tonumber(found[1] or burst) or burst
        left = math.min(burst, left + math.max(0, now - (tonumber(found[2] or now) or now)) * earned) - tokens
        redis.call('HSET', KEYS[1], 'left', string.format('%.3f', left), 'time', now)
        redis.call('PEXPIRE', KEYS[1], math.min(ACCOUNT_MS, 1 + math.ceil((burst - left) / earned)))
        return math.floor(left)
        """#
}
