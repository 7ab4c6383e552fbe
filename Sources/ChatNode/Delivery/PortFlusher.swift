import ChatCore

/// Empties the ports of clients: whatever waits in one leaves together, at the end of a turn of the loop.
///
/// Answers and rooms' frames meet here, so that a client which gets both gets them by one system call.
final class PortFlusher {
    private let held: HeldBytes
    private let stalls: StallChecks
    private let loop: DeferredWork
    private var ports = PortsToFlush()

    init(_ base: LoopBase, _ held: HeldBytes, _ stalls: StallChecks) {
        (self.loop, self.held, self.stalls) = (base.loop, held, stalls)
    }

    /// Whether something waits for the end of the turn.
    var isWaiting: Bool { !self.ports.isEmpty }

    /// Frames were queued in the port of a client, which was empty.
    func add(_ client: Client) { self.ports.add(client) }

    /// The first frames of a new client were queued in its port: they wait some turns for those that follow.
    func addNewcomer(_ client: Client) {
        if self.ports.addNewcomer(client) { self.letNewcomersWait(turns: PortsToFlush.newcomerTurns) }
    }

    /// The loop reads nothing meanwhile: it runs waiting tasks, which may add more, until there are none.
    private func letNewcomersWait(turns: Int) {
        self.loop.later {
            if turns > 1 { return self.letNewcomersWait(turns: turns - 1) }
            self.ports.newcomersWaited()
            self.flush()
        }
    }

    /// Takes the clients whose frames leave now; ``flush(_:)`` follows for each.
    func takeDue() -> [Client] { self.ports.take() }

    /// Sends the frames that wait.
    func flush() { for client in self.ports.take() { self.flush(client) } }

    /// Sends the frames that wait for a client, and starts checks when its socket does not take all of them.
    func flush(_ client: Client) {
        client.port.flush()
        if client.heldBytes > 0 || client.port.waiting > 0 { self.held.account(for: client) }
        self.stalls.watch(client)
    }
}
