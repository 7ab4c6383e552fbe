internal import ChatCore

/// The question to a sentinel where a primary is, in two commands that it answers in order.
///
/// The first names the server that is being promoted even before the failover is over, the second has the number of the
/// failover (https://redis.io/docs/latest/develop/reference/sentinel-clients/).
///
/// A sentinel would also publish that another server has become the primary (`+switch-master`). Asking finds out as fast,
/// needs no second connection, and cannot miss it.
struct SentinelQuestion: RepeatedQuestion {
    /// The name under which the sentinels know the primary.
    let name: String

    var commands: [RedisCommand] {
        [RedisCommand("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self.name), RedisCommand("SENTINEL", "MASTER", self.name)]
    }

    /// Reads the two replies; nil when the sentinel knows no such primary, or they cannot be understood.
    func answer(_ replies: [RedisReply]) -> PrimaryView.Answer? {
        guard replies.count == 2, let place = replies.first?.array, place.count == 2, let host = place[0].string,
            !host.isEmpty, let port = place[1].string.flatMap(Int.init), (1...65535).contains(port)
        else { return nil }
        let fields = replies.dropFirst().first?.array ?? []
        let name = fields.indices.first { $0.isMultiple(of: 2) && fields[$0].word == "config-epoch" }
        guard let name, name + 1 < fields.count, let failover = fields[name + 1].string.flatMap(Int.init) else {
            return nil
        }
        return PrimaryView.Answer(address: .host(host, port: port), failover: failover)
    }
}
