enum DeleteScript {
    /// Takes the text of a message out of a room's log, and stores and publishes the entry that tells of it.
    ///
    /// KEYS: meta, log. ARGV: candidate, prefix, channel, the message's number, the message without its text, the tail
    /// of the entry.
    ///
    /// Answers like ``SendScript/send``; a message that was deleted before counts as a duplicate. Answers the epoch
    /// alone if the log does not keep the message.
    static let delete = [
        LogScripts.room, SendScript.open, Self.rewrite, SendScript.store, SendScript.answer, "end", SendScript.close,
    ].joined(separator: "\n")

    /// Writes the log again.
    ///
    /// A stream only marks a deleted entry, and keeps its bytes until the whole block is unused; so the stream is made
    /// anew. Its bound is the log's. The entries keep their numbers.
    private static let rewrite = #"""
        local count, window, older, bucket, name
        for index = 6, 6 do
        local number, wanted, deleted = head + 1, ARGV[4], ARGV[5]
        local first, first_time
        local stored = call('XRANGE', log, wanted, wanted)[1]
        stored = stored and stored[2][2]
        -- The part before the sender names room, epoch, number and time.
        local place = string.find(deleted, ',"from":', 1, true)
        if not stored or string.sub(stored, 1, place) ~= string.sub(deleted, 1, place) then return { epoch } end
        if stored == deleted then
            first, first_time, seq = tonumber(wanted), clock, format('%d', head)
            time = format('%d', last_time)
        else
            -- A Redis without free memory refuses this, and then the rest is not tried.
            call('HSET', meta, 'seq', format('%d', head))
            -- No stream takes the number 0; another reason than that is one that each message would meet.
            local refusal = pcall('XADD', log, '0-0', 'event', '')
            if not string.find(refusal.err, '0-0', 1, true) then return refusal end
            local left = call('PTTL', log)
            local entries = call('XRANGE', log, '-', '+')
            call('DEL', log)
            for _, entry in ipairs(entries) do
                local event = entry[2][2]
                call('XADD', log, entry[1], 'event', event == stored and deleted or event)
            end
            if left > 0 then pcall('PEXPIRE', log, left) end
        end
        """#
}
