internal import ChatCore

/// The answers of Redis about itself on each new connection.
struct RedisIntroduction: Equatable {
    /// The name of the server's process; empty if Redis does not give it.
    var process: String
    /// The name of the run of the data: it stays the same for as long as this process is the primary.
    var run: String
    /// The policy when memory is full.
    var evictionPolicy: String
    /// The layout version of its data; 0: none is written.
    var layout: Int
    /// Whether it follows another server.
    var isReplica: Bool
    /// Whether it is one of several servers over which rooms are spread.
    var hasList = false
}

extension RedisIntroduction {
    /// Parses the answer of the script ``ServiceScripts/introduction``.
    init?(_ reply: RedisReply?) {
        guard let parts = reply?.array, parts.count == 6, let process = parts[0].string, let run = parts[1].string,
            let policy = parts[2].string, let layout = parts[3].integer, let role = parts[4].word,
            let list = parts[5].word
        else { return nil }
        let isReplica = role == "slave"
        self.init(process: process, run: run, evictionPolicy: policy, layout: layout, isReplica: isReplica)
        self.hasList = list != ""
    }
}

/// Whether nodes of the first layout share this Redis, or did so recently (docs/PROTOCOL.md, section 9).
enum LegacyNodes: Int {
    case gone
    /// They are gone, and their records of keys still count.
    case remembered
    /// They are there, and must find the keys that this node stores.
    case present
}
