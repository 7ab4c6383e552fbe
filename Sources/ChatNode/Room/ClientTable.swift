import ChatCore

/// The connections of a loop, by their ids.
final class ClientTable {
    private var clients: [ClientID: Client] = [:]
    private var next: UInt64 = 0
    /// Whether every connection must end: the node is going away.
    private(set) var isVacating = false
    private let vacancy = Signal()
    private var users = UserIndex<ClientID>()
    private var blocks = ConnectionIndex<AddressBlock, ClientID>()

    var count: Int { self.clients.count }
    /// All of them, in no order.
    var all: [Client] { Array(self.clients.values) }

    /// Every user that has a connection.
    var connectedUsers: some Sequence<UserID> { self.users.connected }

    subscript(id: ClientID) -> Client? { self.clients[id] }

    /// A user's connections.
    func of(_ user: UserID) -> [Client] { self.users.connections(of: user).compactMap { self.clients[$0] } }

    /// The connections from the addresses of a network; all of them are looked at only for a large one.
    func of(_ network: Network) -> [Client] {
        let candidates =
            network.block.map { self.blocks.connections(of: $0).compactMap { self.clients[$0] } } ?? self.all
        return candidates.filter { $0.address.map(network.contains) ?? false }
    }

    /// The user of a connection is known.
    func belongs(_ client: Client, to user: User) { self.users.add(client.id, of: user.id) }

    /// Adds a connection.
    ///
    /// - Parameter make: Makes the client for an id, which is used only once.
    /// - Returns: The client.
    func add(_ make: (ClientID) -> Client) -> Client {
        let client = make(ClientID(rawValue: self.next))
        self.next += 1
        self.clients[client.id] = client
        if let address = client.address { self.blocks.add(client.id, of: address.block) }
        return client
    }

    /// Removes a connection that has ended.
    func remove(_ id: ClientID) -> Client? {
        let client = self.clients.removeValue(forKey: id)
        if let user = client?.user { self.users.remove(id, of: user.id) }
        if let address = client?.address { self.blocks.remove(id, of: address.block) }
        if self.clients.isEmpty { self.vacancy.raise() }
        return client
    }

    /// The node is going away.
    ///
    /// - Returns: The connections to close, on the first call.
    func beginVacating() -> [Client] {
        guard !self.isVacating else { return [] }
        self.isVacating = true
        return self.all
    }

    /// Returns when no connection is left.
    func vacant() async {
        guard !self.clients.isEmpty else { return }
        await self.vacancy.raised()
    }
}
