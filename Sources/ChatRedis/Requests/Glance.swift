internal import ChatCore

/// The state of a room by two plain commands: enough while nothing has happened there.
///
/// That is nearly always the case, and they cost Redis a third of the script. They do not run at one moment, so the
/// script checks every other result.
struct Glance: Equatable {
    /// The members of the room, by the keys that exist.
    enum Members: Equatable {
        case none
        case some
        /// A key is missing, or there are leases of single members, as nodes of the earlier layout write them: the
        /// script must check.
        case unclear
    }

    /// nil: the room has none.
    var epoch: ByteString?
    var head: Int
    var version: Int
    var members: Members

    /// Makes the commands.
    static func commands(_ keys: RedisKeys, _ room: RoomName) -> [RedisCommand] {
        [
            RedisCommand("HMGET", keys.meta(room), "epoch", "seq", "presence_version"),
            RedisCommand("EXISTS", keys.members(room), keys.held(room), keys.names(room), keys.leases(room)),
        ]
    }

    /// Parses the answers; nil if they are not valid.
    init?(_ answers: [RedisReply]) {
        guard answers.count == 2, let fields = answers[0].array, fields.count == 3, let keys = answers[1].integer,
            let head = Self.number(fields[1]), let version = Self.number(fields[2])
        else { return nil }
        (self.epoch, self.head, self.version) = (fields[0].word, head, version)
        self.members =
            switch keys {
            case 0: .none
            case 3: .some
            default: .unclear
            }
    }

    private static func number(_ field: RedisReply) -> Int? {
        if case .null = field { return 0 }
        // Another program may have written there.
        return field.string.flatMap { Int($0) }.flatMap { (0...1 << 52).contains($0) ? $0 : nil }
    }
}
