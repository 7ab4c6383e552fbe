import ChatCore

/// The connections of each user.
typealias UserIndex<Connection: Hashable & Sendable> = ConnectionIndex<UserID, Connection>

/// The connections of each owner: a user, an address.
struct ConnectionIndex<Owner: Hashable & Sendable, Connection: Hashable & Sendable>: Sendable {
    private var connections: [Owner: SmallSet<Connection>] = [:]

    init() {}

    /// A connection belongs to an owner.
    mutating func add(_ connection: Connection, of owner: Owner) {
        self.connections[owner, default: SmallSet()].insert(connection)
    }

    /// The connection has ended.
    mutating func remove(_ connection: Connection, of owner: Owner) {
        self.connections[owner]?.remove(connection)
        if self.connections[owner]?.isEmpty == true { self.connections[owner] = nil }
    }

    /// The owner's connections.
    func connections(of owner: Owner) -> SmallSet<Connection> { self.connections[owner] ?? SmallSet() }

    /// Every owner that has a connection.
    var connected: some Sequence<Owner> { self.connections.keys }

    /// Whether there are no owners.
    var isEmpty: Bool { self.connections.isEmpty }
}
