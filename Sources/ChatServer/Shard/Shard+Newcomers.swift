import ChatCore
import ChatWebSocket
import NIOCore

// What a client is told first: the answer to its handshake, its welcome, and the answers to what it asked for in its URL or
// right after its `hello`. A call to the system for each of them, with a reader to be woken, is a third of what it costs to
// come; from a broker that has its answers at once they leave in one.
extension Shard {
    /// How many turns of the loop newcomers' frames wait.
    ///
    /// One for its session, one for its room, and one for those of others that came with it.
    private static let turns = 3

    /// Queues frames that others are about to follow.
    func writeFirst(_ frames: ByteBuffer, to client: Client) {
        guard !client.isClosed else { return }
        switch client.port.write(frames) {
        case .queued(isFirst: true):
            self.newcomers.append(client)
            if self.newcomers.count == 1 { self.letNewcomersWait(turns: Self.turns) }
        case .sent, .queued(isFirst: false): break
        case .overflow: self.close(client, .slowConsumer)
        }
    }

    /// Queues a message that others are about to follow.
    func sendFirst(_ payload: ByteBuffer, to client: Client) {
        self.metrics.didSend()
        self.writeFirst(Self.frame(.text, payload), to: client)
    }

    /// The loop reads nothing meanwhile: it carries out what waits, which may put more there, until nothing does.
    private func letNewcomersWait(turns: Int) {
        self.loop.execute {
            self.assumeIsolated { shard in
                if turns > 1 { shard.letNewcomersWait(turns: turns - 1) } else { shard.flushNewcomers() }
            }
        }
    }

    private func flushNewcomers() {
        self.flushList += self.newcomers
        self.newcomers.removeAll(keepingCapacity: true)
        self.flushClients()
    }
}
