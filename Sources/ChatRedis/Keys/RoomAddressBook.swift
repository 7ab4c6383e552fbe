internal import ChatCore
internal import NIOCore

/// The names and bytes for sending a room's messages to Redis; they never change, and are made once for each room.
struct RoomAddress {
    let channel: ChannelName
    let meta: String
    let log: String
    let prefix: ByteBuffer
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
        let address = RoomAddress(
            channel: ChannelName(self.keys.channel(room)),
            meta: self.keys.meta(room),
            log: self.keys.log(room),
            prefix: PublicationCodec.prefix(room)
        )
        self.addresses[room] = address
        return address
    }
}
