/// What Redis says of itself on each new connection.
struct RedisIntroduction: Equatable {
    /// Names the process of the server; empty where it does not tell.
    var process: String
    /// Names the run that the data are in: of this process, for as long as it goes on as the primary.
    var run: String
    /// What it does when its memory is full.
    var evictionPolicy: String
    /// The version of the layout of its data; 0: none is written.
    var layout: Int
}

extension RedisIntroduction {
    /// Reads what the script ``ServiceScripts/introduction`` answers.
    init?(_ reply: RedisReply?) {
        guard let parts = reply?.array, parts.count == 4, let process = parts[0].string, let run = parts[1].string,
            let policy = parts[2].string, let layout = parts[3].integer
        else { return nil }
        self.init(process: process, run: run, evictionPolicy: policy, layout: layout)
    }
}

/// Whether nodes of the first layout share this Redis, or did of late (docs/PROTOCOL.md, section 9).
enum LegacyNodes: Int {
    case gone
    /// They are gone, and their records of keys still count.
    case remembered
    /// They are there, and must find what this node stores.
    case present
}
