internal import ChatCore

/// What the keys and channels are called (docs/PROTOCOL.md, section 9).
///
/// The keys of a room share the hash tag `{room}`; a room's name has no braces in it.
struct RedisKeys {
    let prefix: String

    /// The channel of a room.
    func channel(_ room: RoomName) -> String { "\(self.prefix){\(room.rawValue)}" }

    func meta(_ room: RoomName) -> String { self.channel(room) + ":meta" }

    func log(_ room: RoomName) -> String { self.channel(room) + ":log" }

    /// What a sender's key stands for.
    ///
    /// The length keeps apart what the ids and keys of two senders could run together to.
    func key(_ room: RoomName, _ sender: UserID, _ key: IdempotencyKey) -> String {
        "\(self.channel(room)):keys:\(sender.rawValue.utf8.count):\(sender.rawValue):\(key.rawValue)"
    }

    func members(_ room: RoomName) -> String { self.channel(room) + ":members" }

    func leases(_ room: RoomName) -> String { self.channel(room) + ":leases" }

    func names(_ room: RoomName) -> String { self.channel(room) + ":names" }

    /// The rooms by the time of their last sign of life.
    var rooms: String { self.prefix + "rooms" }

    /// The rooms by name.
    var roomNames: String { self.prefix + "rooms:names" }

    func session(_ hash: String) -> String { "\(self.prefix)session:\(hash)" }

    /// The channel that every node listens to.
    var control: String { self.prefix + "control" }

    /// The channel that one node listens to, to hear itself, and a key of the same name that it may write.
    func node(_ incarnation: String) -> String { "\(self.prefix)node:\(incarnation)" }
}
