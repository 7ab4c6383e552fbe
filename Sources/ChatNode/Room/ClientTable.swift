import ChatCore

/// The connections of a loop, by what the shard calls them.
final class ClientTable {
    private var clients: [ClientID: Client] = [:]
    private var next: UInt64 = 0
    /// Whether nobody may stay: the node is going away.
    private(set) var isVacating = false
    private let vacancy = Signal()
    private var users = UserIndex<ClientID>()

    var count: Int { self.clients.count }
    /// All of them, in no order.
    var all: [Client] { Array(self.clients.values) }

    /// Every user who has a connection.
    var connectedUsers: some Sequence<UserID> { self.users.connected }

    subscript(id: ClientID) -> Client? { self.clients[id] }

    /// A user's connections.
    func of(_ user: UserID) -> [Client] { self.users.connections(of: user).compactMap { self.clients[$0] } }

    /// It is known who a connection is.
    func belongs(_ client: Client, to user: User) { self.users.add(client.id, of: user.id) }

    /// Adds a connection.
    ///
    /// - Parameter make: Makes the client of an id that is given once.
    /// - Returns: The client.
    func add(_ make: (ClientID) -> Client) -> Client {
        let client = make(ClientID(rawValue: self.next))
        self.next += 1
        self.clients[client.id] = client
        return client
    }

    /// Takes a connection out that has ended.
    func remove(_ id: ClientID) -> Client? {
        let client = self.clients.removeValue(forKey: id)
        if let user = client?.session.user { self.users.remove(id, of: user.id) }
        if self.clients.isEmpty { self.vacancy.raise() }
        return client
    }

    /// The node is going away.
    ///
    /// - Returns: Whom to part from, the first time.
    func beginVacating() -> [Client] {
        guard !self.isVacating else { return [] }
        self.isVacating = true
        return self.all
    }

    /// Returns when nobody is left.
    func vacant() async {
        guard !self.clients.isEmpty else { return }
        await self.vacancy.raised()
    }
}
