/// The rooms in which users are still members after their last connections were lost: a user may get another name
/// meanwhile.
package struct LingeringRooms: Sendable {
    private var rooms: [UserID: Set<RoomName>] = [:]

    package init() {}

    /// Whether nobody lingers anywhere.
    package var isEmpty: Bool { self.rooms.isEmpty }

    /// The user is a member of the room for a while, without a connection.
    package mutating func add(_ user: UserID, in room: RoomName) { self.rooms[user, default: []].insert(room) }

    /// That time is over: the user has left, or is back.
    package mutating func remove(_ user: UserID, in room: RoomName) {
        self.rooms[user]?.remove(room)
        if self.rooms[user]?.isEmpty == true { self.rooms[user] = nil }
    }

    /// The rooms in which the user lingers.
    package func rooms(of user: UserID) -> Set<RoomName> { self.rooms[user] ?? [] }
}
