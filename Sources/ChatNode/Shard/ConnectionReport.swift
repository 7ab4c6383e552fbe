import ChatCore

/// One connection of a user, for a moderator.
struct ConnectionReport: Sendable {
    var name: String
    var address: NetworkAddress?
    var rooms: [RoomName]

    init(_ client: Client) {
        self.name = client.user?.name.rawValue ?? ""
        self.address = client.address
        self.rooms = client.memberships.map(\.room.name)
    }
}
