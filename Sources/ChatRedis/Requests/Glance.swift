internal import ChatCore

/// What two plain commands tell of a room: enough while nothing has happened there.
///
/// That is so nearly always, and they cost Redis a third of what the script does. They are no one moment, so whatever
/// else they tell is looked at by the script.
struct Glance: Equatable {
    /// Who is in the room, as far as keys that exist tell it.
    enum Members: Equatable {
        case none
        case some
        /// A key is missing, or there are leases of single members, as nodes of the layout before have them: the script
        /// knows.
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

    /// Reads the answers; nil for what they cannot be.
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
