/// The connections of a loop, by what the shard calls them.
final class ClientTable {
    private var clients: [ClientID: Client] = [:]
    private var next: UInt64 = 0
    /// Whether nobody may stay: the node is going away.
    private(set) var isVacating = false
    private var vacancy: [CheckedContinuation<Void, Never>] = []

    var count: Int { self.clients.count }
    /// All of them, in no order.
    var all: [Client] { Array(self.clients.values) }

    subscript(id: ClientID) -> Client? { self.clients[id] }

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
        if self.clients.isEmpty {
            let vacancy = self.vacancy
            self.vacancy = []
            for continuation in vacancy { continuation.resume() }
        }
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
        await withCheckedContinuation { self.vacancy.append($0) }
    }
}
