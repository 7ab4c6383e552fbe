/// The scripts for a Cluster whose work with one server needs a key that all nodes know.
///
/// A server has no such key in a Cluster, since keys move with their slots.
enum ClusterScripts {
    /// The run of a server's data: it stays the same while this process is a primary, and is never used again.
    ///
    /// The replication id changes when the server becomes a primary, so a former primary that comes back gets another run
    /// in the same process. It also changes when the first replica comes: then a run ends without a loss, which only
    /// makes nodes compare what they follow.
    private static let run = #"""
        local function told(section, field)
            local info = redis.pcall('INFO', section)
            return type(info) == 'string' and string.match(info, '\n' .. field .. ':([^\r\n]*)') or ''
        end

        local function run()
            local process, data = told('server', 'run_id'), told('replication', 'master_replid')
            return process ~= '' and string.sub(redis.sha1hex(process .. data), 1, 16) or ''
        end
        """#

    /// The identity of a server and of its data; the first request on each connection.
    ///
    /// Answers like ``ServiceScripts/introduction``, without a layout; a Cluster is none of several servers.
    static let introduction = [
        Self.run,
        #"""
        return { string.sub(told('server', 'run_id'), 1, 16), run(), told('memory', 'maxmemory_policy'), 0,
            told('replication', 'role'), '' }
        """#,
    ].joined(separator: "\n")

    /// Lets a node hear itself at a server.
    ///
    /// KEYS: the node's key. ARGV: the node's channel, the payload. Answers like ``ServiceScripts/beat``: no node of the
    /// first layout uses a Cluster.
    static let beat = [
        Self.run,
        #"""
        redis.call(ROOM_PUBLISH, ARGV[1], ARGV[2])
        return { 0, 0, run() }
        """#,
    ].joined(separator: "\n")

    /// Reads the layout of the data, and how rooms are published, and writes both when there are none.
    ///
    /// KEYS: layout. ARGV: the version of the layout that the node knows. Answers the version that is written, 1 if rooms
    /// are published on sharded channels, and 1 if the server has these.
    ///
    /// All nodes must publish in the same way. So the first one decides, and the choice stays when the servers are
    /// replaced by newer ones.
    static let layout = #"""
        local version = redis.call('HGET', KEYS[1], 'version')
        if not version then
            redis.call('HSET', KEYS[1], 'version', ARGV[1])
            version = ARGV[1]
        end
        local info = redis.call('INFO', 'server')
        local major = string.match(info, '\nvalkey_version:(%d+)') or string.match(info, '\nredis_version:(%d+)')
        local has_sharded = (tonumber(major) or 0) >= 7
        local channels = redis.call('HGET', KEYS[1], 'channels')
        if not channels then
            channels = has_sharded and 'sharded' or 'ordinary'
            redis.call('HSET', KEYS[1], 'channels', channels)
        end
        return { tonumber(version) or 0, channels == 'sharded' and 1 or 0, has_sharded and 1 or 0 }
        """#
}
