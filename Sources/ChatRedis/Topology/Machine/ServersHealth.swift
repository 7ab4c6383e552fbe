internal import ChatCore

/// Joins the health of several servers into one status: all is well when every server is.
struct ServersHealth {
    private var degraded: Set<RedisEndpoint.ID> = []

    /// The status of a server has changed; returns whether the status of all has, or has another reason.
    mutating func changed(_ status: ServerStatus, of server: RedisEndpoint.ID) -> Bool {
        guard status == .ok else {
            self.degraded.insert(server)
            return true
        }
        return self.degraded.remove(server) != nil && self.degraded.isEmpty
    }

    /// A server is used no more; returns whether all is well again.
    mutating func ended(_ server: RedisEndpoint.ID) -> Bool {
        self.degraded.remove(server) != nil && self.degraded.isEmpty
    }
}
