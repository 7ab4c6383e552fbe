/// The senders' keys that were seen, in some 30 bytes each.
///
/// A record is 8 bytes of a hash of sender and key, and the number and time of the message. Records are in hashes that
/// stay so small that Redis keeps each as one string of bytes (`listpack`): they are spread over buckets by linear
/// hashing, which adds a bucket for every 40 records and moves the records of one other bucket to do so. So no send
/// costs more than that, however many keys a room has.
///
/// Records of twelve hours share their buckets, which expire as a whole. A lookup reads all windows that may contain a
/// valid key. `meta` has the number of records of each window: its field `keys` is the last window and the counts, the
/// newest first. Older counts stay text until they are needed.
///
/// The buckets are named by `keyring`, which meta got with its first key, so they belong to the same data as the log. A
/// log whose epoch was replaced still has its stored messages; a new log has none of them.
///
/// A client knows the digests of its keys, and could choose keys that fill one bucket. So each digest is hashed again
/// with the keyring, which the client does not know.
///
/// These are steps of ``SendScript/send``, and share its variables; all but the first are done for each message.
enum DeduplicationSteps {
    /// Reads the keyring of the room's keys, and their number.
    static let openKeys = #"""
        local keyring, window, count, older, base = found[5]
        if ARGV[4] ~= '' then
            local counts = found[6]
            if not keyring then
                -- No other candidate is the same as this one, and only nodes know the secret.
                keyring, counts = string.sub(redis.sha1hex(ARGV[4] .. ARGV[1]), 1, 16), nil
                call('HSET', meta, 'keyring', keyring)
            end
            -- The name of the room's keys is that of meta without `:meta`.
            base = format('%s:keys:%s:', string.sub(meta, 1, -6), keyring)

            window, count, older = string.match(counts or '', '^(%d+) (%d+)(.*)$')
            window, count = tonumber(window), math.min(tonumber(count or 0), MOST_KEYS)
            local present = (clock - clock % KEY_WINDOW) / KEY_WINDOW
            -- When the clock was set back, the current window goes on; after more than half a day, keys start again.
            if not window or window > present + 1 then
                window, count, older = present, 0, ''
            elseif window < present then
                local most = math.max(2, math.ceil(KEY_SECONDS * 1000 / KEY_WINDOW))
                older = string.rep(' 0', math.min(present - window - 1, most)) .. format(' %d', count) .. older
                older = string.match(older, '^' .. string.rep(' %d+', most)) or older
                window, count = present, 0
            end
        end

        -- The bucket for the records of a hash, in a window with this number of keys.
        local function bucket_of(hash, window, count)
            local buckets = (count - count % KEY_LOAD) / KEY_LOAD + 1
            local _, exponent = math.frexp(buckets)
            -- The largest power of two that is not above it.
            local level = 2 ^ (exponent - 1)
            local bucket = hash % (2 * level)
            if bucket >= buckets then bucket = bucket - level end
            return format('%s%d:%d', base, window, bucket)
        end

        -- The number and time in a record; nothing when it is so old that the key may be stored again.
        local function read(record)
            local number, time = struct.unpack('>I6I6', record)
            if clock - time <= KEY_SECONDS * 1000 then return number, time end
        end
        """#

    /// Checks whether the key is known, and records it if not: one command for both, since most keys are new.
    static let claimKey = #"""
        local hash, name, bucket
        if base then
            local digits = redis.sha1hex(keyring .. ARGV[index + 1])
            hash = tonumber(string.sub(digits, 1, 8), 16)
            name = struct.pack('>I4I4', hash, tonumber(string.sub(digits, 9, 16), 16))
        end
        if base and not first and older ~= '' then
            local window = window
            for many in string.gmatch(older, '%d+') do
                window, many = window - 1, math.min(tonumber(many), MOST_KEYS)
                local record = many > 0 and pcall('HGET', bucket_of(hash, window, many), name)
                if type(record) == 'string' then first, first_time = read(record) end
                if first then break end
            end
        end
        if base and not first then
            bucket = bucket_of(hash, window, count)
            local record = struct.pack('>I6I6', number, clock)
            local isNew = pcall('HSETNX', bucket, name, record)
            if isNew == 0 then
                first, first_time = read(call('HGET', bucket, name))
                if not first then call('HSET', bucket, name, record) end
            elseif isNew ~= 1 then
                failure = isNew
                break
            end
        end
        """#

    /// Maintains the buckets after the key has been counted: each bucket gets its time to live when it is made, with
    /// its window or by a split.
    ///
    /// When another program keeps something else under a bucket's name, keys there are not found. This is no error
    /// here: the message is stored by now, and the room's `meta` has yet to be written.
    static let tendBuckets = #"""
        if bucket then
            count = count + 1
            if legacy and ARGV[5] ~= '' then
                call('SET', legacy, epoch .. ' ' .. seq .. ' ' .. time, 'EX', KEY_SECONDS)
            end
            if count == 1 then call('EXPIRE', bucket, BUCKET_SECONDS) end
        end
        if bucket and count % KEY_LOAD == 0 then
            local buckets = count / KEY_LOAD
            local _, exponent = math.frexp(buckets)
            local level = 2 ^ (exponent - 1)
            local source = format('%s%d:%d', base, window, buckets - level)
            local added = format('%s%d:%d', base, window, buckets)
            -- Records with the bit of the level in their hash move.
            local byte, bit = 4 - math.floor((exponent - 1) / 8), 2 ^ ((exponent - 1) % 8)
            local records, moved, names, many = pcall('HGETALL', source), {}, {}, 0
            for index = 1, #records, 2 do
                local name = records[index]
                if string.byte(name, byte) % (2 * bit) >= bit then
                    many = many + 1
                    names[many], moved[2 * many - 1], moved[2 * many] = name, name, records[index + 1]
                end
            end
            -- Redis deletes a hash without fields, and it would come back without its time to live.
            local function begin(bucket, hash)
                pcall('HSET', bucket, struct.pack('>I4I4', hash, 0), struct.pack('>I6I6', 0, 0))
                pcall('EXPIRE', bucket, BUCKET_SECONDS)
            end
            if 2 * many == #records then begin(source, buckets - level) end
            if many == 0 then
                begin(added, buckets)
            else
                pcall('HSET', added, unpack(moved))
                pcall('EXPIRE', added, BUCKET_SECONDS)
                pcall('HDEL', source, unpack(names))
            end
        end
        """#
}
