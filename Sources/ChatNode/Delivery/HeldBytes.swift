import ChatCore
import ChatWebSocket

/// The bytes that the node holds for clients of this loop.
///
/// They are in their ports, of messages that they have begun, and of their commands that wait. When the node holds too
/// much, those for whom it holds most are let go of.
final class HeldBytes {
    private let clients: ClientTable
    private let endings: Endings
    private let costs: CostGuard
    private let admission: Admission
    private let loop: DeferredWork
    /// The clients for which the node holds bytes.
    private var holders: Set<ClientID> = []
    /// Whether some of them are about to be let go of.
    private var isShedding = false

    init(_ base: LoopBase, _ endings: Endings) {
        (self.clients, self.costs, self.admission) = (base.clients, base.node.costs, base.node.admission)
        self.loop = base.loop
        self.endings = endings
    }

    /// The number of clients for which the node holds bytes.
    var holderCount: Int { self.holders.count }

    /// Counts the bytes that wait for a client, those of a message that it has begun, and its commands that wait.
    ///
    /// It is called where these may have changed; nothing is counted for a client that reads as fast as it gets. What
    /// waits for a client that was disconnected counts until its connection has ended.
    func account(for client: Client) {
        // What was held for one that is gone has been given back, while its channel may need seconds to end.
        guard self.clients[client.id] === client else { return }
        let bytes = client.port.waiting + client.decoder.heldBytes + client.session.heldBytes
        guard bytes != client.heldBytes else { return }
        self.set(bytes, for: client)
        guard self.costs.buffers.isOver, !self.isShedding else { return }
        self.isShedding = true
        // Not at once: this may be in the middle of a broadcast.
        self.loop.later { self.shed() }
    }

    /// Nothing is held any more for a client that is gone.
    func giveBack(of client: Client) { self.set(0, for: client) }

    private func set(_ bytes: Int, for client: Client) {
        self.costs.buffers.add(bytes - client.heldBytes)
        client.heldBytes = bytes
        if bytes > 0 { self.holders.insert(client.id) } else { self.holders.remove(client.id) }
    }

    /// Lets go of the clients for which the node holds most, until it holds clearly less than it may.
    ///
    /// It is called when something was added, and each second while the node holds too much: those who hold most may be
    /// on a loop on which nothing happens.
    func shed() {
        self.isShedding = false
        let least = self.costs.buffers.leastShed(connections: self.admission.count)
        let clients = self.holders.compactMap { self.clients[$0] }.filter { !$0.isClosed && $0.heldBytes >= least }
        for client in clients.sorted(by: { $0.heldBytes > $1.heldBytes }) where self.costs.buffers.excess > 0 {
            self.costs.refusals.count(.bufferedBytes)
            self.endings.close(client, .overCapacity, within: .seconds(1))
            // As good as gone: nobody else is let go of for it.
            self.giveBack(of: client)
        }
    }
}
