/// The connections of each user.
package typealias UserIndex<Connection: Hashable & Sendable> = ConnectionIndex<UserID, Connection>

/// The connections of each owner: a user, an address.
package struct ConnectionIndex<Owner: Hashable & Sendable, Connection: Hashable & Sendable>: Sendable {
    private var connections: [Owner: SmallSet<Connection>] = [:]

    package init() {}

    /// A connection belongs to an owner.
    package mutating func add(_ connection: Connection, of owner: Owner) {
        self.connections[owner, default: SmallSet()].insert(connection)
    }

    /// The connection has ended.
    package mutating func remove(_ connection: Connection, of owner: Owner) {
        self.connections[owner]?.remove(connection)
        if self.connections[owner]?.isEmpty == true { self.connections[owner] = nil }
    }

    /// The owner's connections.
    package func connections(of owner: Owner) -> SmallSet<Connection> { self.connections[owner] ?? SmallSet() }

    /// Every owner that has a connection.
    package var connected: some Sequence<Owner> { self.connections.keys }

    /// Whether there are no owners.
    package var isEmpty: Bool { self.connections.isEmpty }
}
