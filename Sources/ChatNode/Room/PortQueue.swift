/// Clients whose ports hold frames that are to leave, each once.
struct PortQueue {
    /// How many turns of the loop a newcomer's frames wait.
    ///
    /// One for its session, one for its room, and one for those of others that came with it.
    static let newcomerTurns = 3

    /// Clients whose frames leave at the end of this tick.
    private var due: [Client] = []
    /// Clients whose first frames wait for the next ones.
    private var newcomers: [Client] = []

    var isEmpty: Bool { self.due.isEmpty }

    /// Frames were queued in the port of a client, which was empty.
    mutating func add(_ client: Client) { self.due.append(client) }

    /// The first frames of a client were queued in its port.
    ///
    /// - Returns: Whether it is the first of those who wait, for ``newcomerTurns`` turns of the loop from now.
    mutating func addNewcomer(_ client: Client) -> Bool {
        self.newcomers.append(client)
        return self.newcomers.count == 1
    }

    /// The turns are over.
    mutating func newcomersWaited() {
        self.due += self.newcomers
        self.newcomers.removeAll(keepingCapacity: true)
    }

    /// Takes all whose frames leave now; those who are added meanwhile leave later.
    mutating func take() -> [Client] {
        let clients = self.due
        self.due.removeAll(keepingCapacity: true)
        return clients
    }
}
