internal import ChatCore

/// The names of keys and channels (docs/PROTOCOL.md, section 9).
///
/// The keys of a room share the hash tag `{room}`; a room's name has no braces in it.
///
/// Databases separate keys, but not channels: Redis delivers to all of its clients, whatever database they have
/// selected (https://redis.io/docs/latest/develop/interact/pubsub/). So the channels' names contain the database; 0 is
/// left out, so that nodes of every version meet there.
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

    /// The record of a sender's key, as nodes of the first layout write it.
    ///
    /// The length keeps the ids and keys of two senders from giving the same name.
    func legacyKey(_ room: RoomName, _ sender: UserID, _ key: IdempotencyKey) -> String {
        self.key(room, ":keys:\(sender.rawValue.utf8.count):\(sender.rawValue):\(key.rawValue)")
    }

    func members(_ room: RoomName) -> String { self.key(room, ":members") }

    func leases(_ room: RoomName) -> String { self.key(room, ":leases") }

    func names(_ room: RoomName) -> String { self.key(room, ":names") }

    /// The members of each holder in the room.
    func held(_ room: RoomName) -> String { self.key(room, ":held") }

    /// The leases of all holders.
    var holders: String { self.prefix + "holders" }

    /// The rooms in which a holder has members.
    func rooms(of holder: String) -> String { "\(self.prefix)holder:\(holder):rooms" }

    /// The node that sweeps the members of a holder.
    func sweeper(of holder: String) -> String { "\(self.prefix)holder:\(holder):sweeper" }

    /// The rooms by the time of their last activity.
    var rooms: String { self.prefix + "rooms" }

    /// The rooms by name.
    var roomNames: String { self.prefix + "rooms:names" }

    func session(_ hash: String) -> String { "\(self.prefix)session:\(hash)" }

    /// What a user has spent of a limit.
    func budget(_ account: String) -> String { "\(self.prefix)budget:\(account)" }

    /// The rulings of moderators.
    var rulings: String { self.prefix + "rulings" }

    /// The record of what moderators did.
    var audit: String { self.prefix + "audit" }

    /// The channel that every node listens to.
    var control: String { self.channelPrefix + "control" }

    /// The key that holds the version of this layout.
    var layout: String { self.prefix + "layout" }

    /// The channel that every node with a list of servers listens to.
    var listChannel: String { self.channelPrefix + "list" }

    /// The channel that every node of the present layout listens to.
    var layoutChannel: String { "\(self.channelPrefix)layout:\(RedisKeys.layoutVersion)" }

    /// A key that one node writes, to find out whether it may write.
    ///
    /// - Parameters:
    ///   - incarnation: Tells this run of the node from all others.
    ///   - slot: The slot to which it belongs, in a Cluster.
    /// - Returns: The key.
    func node(_ incarnation: String, in slot: HashSlot? = nil) -> String {
        "\(self.prefix)node:\(incarnation)" + Self.place(slot)
    }

    /// The channel on which a node hears itself.
    func nodeChannel(_ incarnation: String, in slot: HashSlot? = nil) -> String {
        "\(self.channelPrefix)node:\(incarnation)" + Self.place(slot)
    }

    private static func place(_ slot: HashSlot?) -> String { slot.map { ":{\($0.tag)}" } ?? "" }
}
