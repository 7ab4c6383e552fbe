/// Clients whose ports hold frames to send, each once.
struct PortsToFlush {
    /// The number of turns of the loop that a newcomer's frames wait.
    ///
    /// One for its session, one for its room, and one for those of other clients that came with it.
    static let newcomerTurns = 3

    /// Clients whose frames leave at the end of this turn.
    private var due: [Client] = []
    /// Clients whose first frames wait for the next ones.
    private var newcomers: [Client] = []

    var isEmpty: Bool { self.due.isEmpty }

    /// Frames were queued in the port of a client, which was empty.
    mutating func add(_ client: Client) { self.due.append(client) }

    /// The first frames of a client were queued in its port.
    ///
    /// - Returns: Whether it is the first waiting one; they wait for ``newcomerTurns`` turns of the loop from now.
    mutating func addNewcomer(_ client: Client) -> Bool {
        self.newcomers.append(client)
        return self.newcomers.count == 1
    }

    /// The turns are over.
    mutating func newcomersWaited() {
        self.due += self.newcomers
        self.newcomers.removeAll(keepingCapacity: true)
    }

    /// Takes all clients whose frames leave now; clients that are added meanwhile come later.
    mutating func take() -> [Client] {
        let clients = self.due
        self.due.removeAll(keepingCapacity: true)
        return clients
    }
}
