internal import ChatCore

/// The question where the slots are.
struct ClusterQuestion: RepeatedQuestion {
    /// The server that is asked.
    let server: RedisURL.Address

    var commands: [RedisCommand] { ClusterAnswer.commands }

    func answer(_ replies: [RedisReply]) -> ClusterAnswer? { ClusterAnswer(replies, from: self.server) }
}

/// How the data of a Cluster are laid out.
struct ClusterLayout {
    /// The version of the layout that is written.
    let version: Int
    /// Whether rooms are published on sharded channels.
    let isSharded: Bool
    /// Whether the server has these.
    let hasSharded: Bool
}

/// The question how the data of a Cluster are laid out.
struct LayoutQuestion: RepeatedQuestion {
    /// The key that says it.
    let key: String

    var commands: [RedisCommand] {
        [RedisCommand("EVAL", ClusterScripts.layout, "1", self.key, String(RedisKeys.layoutVersion))]
    }

    /// Reads the layout, or the reason why it cannot be read; nil when another server must be asked.
    func answer(_ replies: [RedisReply]) -> Result<ClusterLayout, BrokerError>? {
        switch replies.first {
        case .error(let text)?: Redirection(text) == nil ? .failure(BrokerError(redis: text)) : nil
        case .array(let parts)?:
            parts.count == 3
                ? .success(
                    ClusterLayout(
                        version: parts[0].integer ?? 0,
                        isSharded: parts[1].integer == 1,
                        hasSharded: parts[2].integer == 1
                    )
                ) : nil
        case .status, .integer, .bulk, .short, .null, nil: nil
        }
    }
}
