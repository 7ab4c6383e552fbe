import ChatCore

/// One connection of a user, for a moderator.
struct ConnectionReport: Sendable {
    var name: String
    var address: NetworkAddress?
    var rooms: [RoomName]
}

extension Shard {
    /// The connections of a user on this loop.
    func connections(of user: UserID) -> [ConnectionReport] {
        self.clients.of(user).map { client in
            ConnectionReport(
                name: client.session.user?.name.rawValue ?? "",
                address: client.address,
                rooms: client.memberships.map(\.room.name)
            )
        }
    }
}
