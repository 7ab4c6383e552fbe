extension ScriptSource {
    /// Which keys of senders were seen, in some 30 bytes each.
    ///
    /// A record is 8 bytes of a hash of sender and key, and the number and time of the message. Records stand in hashes
    /// that stay so small that Redis keeps each as one string of bytes (`listpack`): they are spread over buckets by
    /// linear hashing, which adds a bucket for every 40 records and moves the records of one other bucket to do so. So
    /// no send waits for more than that, however many keys a room has.
    ///
    /// Records of twelve hours share their buckets, which expire as a whole; as many of these windows are looked at as
    /// may hold a key that counts. `meta` knows how many records each has: its field `keys` is the last window and the
    /// counts, the newest first.
    ///
    /// The buckets are named by `keyring`, which meta got with its first key: they are of the data that the log is of. A
    /// log whose epoch was replaced still has what it had stored; one that began anew knows none of it.
    ///
    /// A client knows the digests of its keys, and could choose keys that fill one bucket. It does not know the keyring,
    /// with which a digest is hashed once more.
    static let keys = #"""
        local KEY_WINDOW, KEY_LOAD = 43200000, 40
        local KEY_WINDOWS = math.ceil(KEY_SECONDS * 1000 / KEY_WINDOW) + 1

        -- The largest power of two that is not above it.
        local function level_of(buckets)
            local level = 1
            while level * 2 <= buckets do level = level * 2 end
            return level
        end

        -- What a record is found by, and what a client cannot foresee.
        local function name_of(keyring, digest)
            local hash = redis.sha1hex(keyring .. digest)
            return struct.pack('>I4I4', tonumber(string.sub(hash, 1, 8), 16), tonumber(string.sub(hash, 9, 16), 16))
        end

        local function bucket_of(name, buckets)
            local level = level_of(buckets)
            local bucket = struct.unpack('>I4', name) % (2 * level)
            if bucket >= buckets then bucket = bucket - level end
            return bucket
        end

        local function buckets_of(count) return math.floor(count / KEY_LOAD) + 1 end

        -- The counts of the windows up to the present one, and which that is.
        local function read_counts(text, time)
            local counts, window = {}, nil
            for number in string.gmatch(text or '', '%d+') do
                local number = math.min(tonumber(number), 2 ^ 48)
                if window then counts[#counts + 1] = number else window = number end
            end
            local present = math.floor(time / KEY_WINDOW)
            -- Where the clock was set back, the window that has begun goes on; past half a day, keys begin anew.
            if not window or window > present + 1 then return {}, present end
            for _ = 1, math.min(present - window, KEY_WINDOWS) do table.insert(counts, 1, 0) end
            return counts, math.max(present, window)
        end

        local function find_key(base, counts, window, name, time)
            for age = 0, KEY_WINDOWS - 1 do
                local count = counts[age + 1] or 0
                if count > 0 then
                    local bucket = bucket_of(name, buckets_of(count))
                    local record = redis.call('HGET', base .. (window - age) .. ':' .. bucket, name)
                    if record then
                        local seq, first_time = struct.unpack('>I6I6', record)
                        if time - first_time <= KEY_SECONDS * 1000 then return seq, first_time end
                    end
                end
            end
        end

        -- Moves what belongs there from an older bucket to one that is added.
        local function split(base, buckets, seconds)
            local level = level_of(buckets)
            local source, added = base .. (buckets - level), base .. buckets
            local records, moved, names = redis.call('HGETALL', source), {}, {}
            for index = 1, #records, 2 do
                if struct.unpack('>I4', records[index]) % (2 * level) == buckets then
                    names[#names + 1] = records[index]
                    moved[#moved + 1] = records[index]
                    moved[#moved + 1] = records[index + 1]
                end
            end
            if #names == 0 then return end
            redis.call('HSET', added, unpack(moved))
            redis.call('EXPIRE', added, seconds)
            redis.call('HDEL', source, unpack(names))
        end

        local function put_key(base, counts, window, name, seq, time)
            local count = counts[1] or 0
            local seconds = KEY_SECONDS + KEY_WINDOW / 1000
            local before, after = buckets_of(count), buckets_of(count + 1)
            base = base .. window .. ':'
            if after > before then split(base, before, seconds) end
            local bucket = base .. bucket_of(name, after)
            redis.call('HSET', bucket, name, struct.pack('>I6I6', seq, time))
            if redis.call('HLEN', bucket) == 1 then redis.call('EXPIRE', bucket, seconds) end
            counts[1] = count + 1
            return window .. ' ' .. table.concat(counts, ' ', 1, math.min(#counts, math.max(KEY_WINDOWS, 3)))
        end
        """#
}
