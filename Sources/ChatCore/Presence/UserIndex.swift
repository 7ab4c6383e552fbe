/// The connections of each user.
package struct UserIndex<Connection: Hashable & Sendable>: Sendable {
    private var connections: [UserID: Set<Connection>] = [:]

    package init() {}

    /// A connection belongs to a user.
    package mutating func add(_ connection: Connection, of user: UserID) {
        self.connections[user, default: []].insert(connection)
    }

    /// The connection has ended.
    package mutating func remove(_ connection: Connection, of user: UserID) {
        self.connections[user]?.remove(connection)
        if self.connections[user]?.isEmpty == true { self.connections[user] = nil }
    }

    /// The user's connections.
    package func connections(of user: UserID) -> Set<Connection> { self.connections[user] ?? [] }

    /// Every user that has a connection.
    package var connected: some Sequence<UserID> { self.connections.keys }

    /// Whether there are no users.
    package var isEmpty: Bool { self.connections.isEmpty }
}
