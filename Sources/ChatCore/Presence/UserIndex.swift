/// Where to look for a user who gets another name: the connections of each, and the rooms in which a user is a member
/// still after the last connection has gone.
package struct UserIndex<Connection: Hashable & Sendable>: Sendable {
    private var connections: [UserID: Set<Connection>] = [:]
    private var lingering: [UserID: Set<RoomName>] = [:]

    package init() {}

    /// A connection is a user's.
    package mutating func add(_ connection: Connection, of user: UserID) {
        self.connections[user, default: []].insert(connection)
    }

    /// The connection has ended.
    package mutating func remove(_ connection: Connection, of user: UserID) {
        self.connections[user]?.remove(connection)
        if self.connections[user]?.isEmpty == true { self.connections[user] = nil }
    }

    /// The user is a member of the room for a while, without a connection.
    package mutating func linger(_ user: UserID, in room: RoomName) {
        self.lingering[user, default: []].insert(room)
    }

    /// That is over: the user has left, or is back.
    package mutating func endLingering(_ user: UserID, in room: RoomName) {
        self.lingering[user]?.remove(room)
        if self.lingering[user]?.isEmpty == true { self.lingering[user] = nil }
    }

    /// The user's connections.
    package func connections(of user: UserID) -> Set<Connection> { self.connections[user] ?? [] }

    /// Every user who has a connection.
    package var connected: some Sequence<UserID> { self.connections.keys }

    /// The rooms in which the user lingers.
    package func lingeringRooms(of user: UserID) -> Set<RoomName> { self.lingering[user] ?? [] }

    /// Whether nobody is known.
    package var isEmpty: Bool { self.connections.isEmpty && self.lingering.isEmpty }
}
