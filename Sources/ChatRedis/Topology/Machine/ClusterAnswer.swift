internal import ChatCore

/// What a server of a Cluster says of it.
struct ClusterAnswer: Equatable {
    /// Slots that follow each other and are at one server.
    struct Range: Equatable {
        let slots: ClosedRange<Int>
        let owner: RedisURL.Address
        /// Whether they are at the server that answers.
        let isOwn: Bool
    }

    let ranges: [Range]
    /// The number of the newest change that it knows of: each failover has a higher one than all before it.
    let epoch: Int
    /// The number of the change by which the server that answers got its own slots.
    let ownEpoch: Int
    /// Whether the cluster serves requests, as far as this server knows.
    ///
    /// One that is cut off from most others says no.
    let isServing: Bool
}

extension ClusterAnswer {
    /// The questions, which are answered in order.
    static var commands: [RedisCommand] {
        [RedisCommand("CLUSTER", "MYID"), RedisCommand("CLUSTER", "INFO"), RedisCommand("CLUSTER", "SLOTS")]
    }

    /// Reads the answers; nil when they cannot be understood.
    ///
    /// - Parameters:
    ///   - replies: The answers to ``commands``.
    ///   - server: The address at which it was asked: it need not know under what name it is reached.
    init?(_ replies: some Collection<RedisReply>, from server: RedisURL.Address) {
        let replies = Array(replies)
        guard replies.count == 3, let id = replies[0].word, let info = replies[1].string,
            let slots = replies[2].array, slots.count <= HashSlot.count
        else { return nil }
        var fields: [Substring: Substring] = [:]
        for line in info.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { fields[parts[0]] = parts[1] }
        }
        guard let epoch = fields["cluster_current_epoch"].flatMap({ Int($0) }),
            let ownEpoch = fields["cluster_my_epoch"].flatMap({ Int($0) })
        else { return nil }
        (self.epoch, self.ownEpoch, self.isServing) = (epoch, ownEpoch, fields["cluster_state"] == "ok")
        self.ranges = slots.compactMap { Range($0, id, from: server) }
    }
}

extension ClusterAnswer.Range {
    /// Reads first and last slot, and the primary: its host, its port and its id; the replicas follow.
    fileprivate init?(_ reply: RedisReply, _ id: ByteString, from server: RedisURL.Address) {
        guard let parts = reply.array, parts.count >= 3, let first = parts[0].integer, let last = parts[1].integer,
            0 <= first, first <= last, last < HashSlot.count, let primary = parts[2].array, primary.count >= 2,
            let port = primary[1].integer, (1...65535).contains(port)
        else { return nil }
        // No host: the one at which it was asked. A question mark: it does not know.
        let host = primary[0].word ?? ""
        let place: Redirection.Destination =
            host == "" ? .sameHost(port: port) : .server(.host(host.rawValue, port: port))
        guard host != "?", let owner = place.address(from: server) else { return nil }
        self.init(slots: first...last, owner: owner, isOwn: primary.count > 2 && primary[2].word == id)
    }
}
