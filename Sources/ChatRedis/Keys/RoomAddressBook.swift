internal import ChatCore
internal import NIOCore

/// The names and bytes for sending a room's messages to Redis; they never change, and are made once for each room.
struct RoomAddress {
    let channel: ChannelName
    let meta: String
    /// The names of `meta` and `log`, with which a script for the room's messages is called.
    let keys: RedisCommand
    /// The prefix of the room's messages, and its channel: words of such a call.
    let words: RedisCommand
}

/// The addresses of the rooms that recently got messages.
struct RoomAddressBook {
    /// The most rooms it holds; at that number it is emptied.
    static let limit = 10_000

    private let keys: RedisKeys
    private var addresses: [RoomName: RoomAddress] = [:]

    init(_ keys: RedisKeys) { self.keys = keys }

    /// The address of a room that recently got messages, if it is kept.
    func known(_ room: RoomName) -> RoomAddress? { self.addresses[room] }

    /// The address of a room, made if necessary.
    mutating func address(of room: RoomName) -> RoomAddress {
        if let known = self.addresses[room] { return known }
        if self.addresses.count >= Self.limit { self.addresses.removeAll() }
        let (channel, meta) = (self.keys.channel(room), self.keys.meta(room))
        var words = RedisCommand()
        words.append(PublicationCodec.prefix(room))
        words.append(channel)
        let address = RoomAddress(
            channel: ChannelName(channel),
            meta: meta,
            keys: RedisCommand(meta, self.keys.log(room)),
            words: words
        )
        self.addresses[room] = address
        return address
    }
}
