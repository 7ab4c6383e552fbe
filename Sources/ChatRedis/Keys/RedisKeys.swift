internal import ChatCore

/// What the keys and channels are called (docs/PROTOCOL.md, section 9).
///
/// The keys of a room share the hash tag `{room}`; a room's name has no braces in it.
///
/// Keys of two databases are apart, and channels are not: Redis delivers to all of its clients, whatever database they
/// have selected (https://redis.io/docs/latest/develop/interact/pubsub/). So the database stands in the channels'
/// names; 0 does not, since nodes of every version are to meet there.
struct RedisKeys {
    /// The version of the layout that this server writes.
    static let layoutVersion = 2

    let prefix: String
    let database: Int

    /// The channel of a room.
    func channel(_ room: RoomName) -> String { self.channelPrefix + Self.tag(room) }

    private var channelPrefix: String { self.database == 0 ? self.prefix : "\(self.prefix)db\(self.database):" }

    private static func tag(_ room: RoomName) -> String { "{\(room.rawValue)}" }

    private func key(_ room: RoomName, _ rest: String) -> String { self.prefix + Self.tag(room) + rest }

    func meta(_ room: RoomName) -> String { self.key(room, ":meta") }

    func log(_ room: RoomName) -> String { self.key(room, ":log") }

    /// What a sender's key stands for, as nodes of the first layout have it.
    ///
    /// The length keeps apart what the ids and keys of two senders could run together to.
    func legacyKey(_ room: RoomName, _ sender: UserID, _ key: IdempotencyKey) -> String {
        self.key(room, ":keys:\(sender.rawValue.utf8.count):\(sender.rawValue):\(key.rawValue)")
    }

    func members(_ room: RoomName) -> String { self.key(room, ":members") }

    func leases(_ room: RoomName) -> String { self.key(room, ":leases") }

    func names(_ room: RoomName) -> String { self.key(room, ":names") }

    /// What each holder has in the room.
    func held(_ room: RoomName) -> String { self.key(room, ":held") }

    /// The leases of all holders.
    var holders: String { self.prefix + "holders" }

    /// The rooms in which a holder has members.
    func rooms(of holder: String) -> String { "\(self.prefix)holder:\(holder):rooms" }

    /// Which node sweeps the members of a holder.
    func sweeper(of holder: String) -> String { "\(self.prefix)holder:\(holder):sweeper" }

    /// The rooms by the time of their last sign of life.
    var rooms: String { self.prefix + "rooms" }

    /// The rooms by name.
    var roomNames: String { self.prefix + "rooms:names" }

    func session(_ hash: String) -> String { "\(self.prefix)session:\(hash)" }

    /// The channel that every node listens to.
    var control: String { self.channelPrefix + "control" }

    /// The key that holds the version of this layout.
    var layout: String { self.prefix + "layout" }

    /// The channel that every node of the present layout listens to.
    var layoutChannel: String { "\(self.channelPrefix)layout:\(RedisKeys.layoutVersion)" }

    /// A key that one node may write, to find out whether it may.
    func node(_ incarnation: String) -> String { "\(self.prefix)node:\(incarnation)" }

    /// The channel that one node listens to, to hear itself.
    func nodeChannel(_ incarnation: String) -> String { "\(self.channelPrefix)node:\(incarnation)" }
}
