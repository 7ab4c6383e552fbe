import ChatCore
import ChatWebSocket
import NIOCore

// The way out for one client: answers, events and frames wait in its port until the turn ends.
extension Shard {
    /// Answers a command that has an id; one without gets no `ok`.
    func reply(_ reply: Reply, id: Int?, to client: Client) {
        guard let id else { return }
        self.send(reply.encoded(id: id), to: client)
    }

    /// Tells a client why a command was refused.
    func refuse(_ error: ProtocolError, id: Int?, room: RoomName? = nil, to client: Client) {
        if client.isListener { return self.turnAway(listener: client, error) }
        self.tell(CommandRefusal(id: id, room: room?.rawValue, error), to: client)
    }

    /// Sends a client the error, which is counted.
    func tell(_ refusal: CommandRefusal, to client: Client) {
        self.metrics.commands.count(refusal.error)
        self.send(refusal.encoded(), to: client)
    }

    /// Queues a message for one client.
    func send(_ payload: ByteBuffer, to client: Client) {
        self.metrics.didSend()
        switch client.form {
        case .frames(let window):
            let compressed = window.flatMap { self.deflate.reply(payload, $0) }
            self.write(compressed ?? FrameEncoder.frame(.text, payload), to: client)
        case .events: self.write(EventEncoder.event(payload), to: client)
        }
    }

    /// The frames of messages of a replay.
    func frames(of messages: ArraySlice<Publication>, for client: Client) -> ByteBuffer {
        var frames = ByteBufferAllocator().buffer(
            capacity: messages.reduce(0) { $0 + $1.payload.readableBytes + FrameEncoder.maximumHeader }
        )
        switch client.form {
        case .frames(nil): for message in messages { FrameEncoder.write(.text, message.payload, to: &frames) }
        case .frames(let window?):
            for message in messages { self.deflate.writeReplayed(message.payload, window, to: &frames) }
        case .events: for message in messages { EventEncoder.write(message.payload, to: &frames) }
        }
        return frames
    }

    /// Queues a frame for one client.
    func write(_ opcode: Opcode, _ payload: ByteBuffer, to client: Client) {
        self.write(FrameEncoder.frame(opcode, payload), to: client)
    }

    /// Queues whole frames for one client; a client that is too slow for them is disconnected.
    func write(_ frames: ByteBuffer, to client: Client) {
        guard self.queue(frames, for: client) else { return }
        self.ports.add(client)
        self.scheduleTurnEnd()
    }

    /// - Returns: Whether they are the first that wait in the client's port.
    private func queue(_ frames: ByteBuffer, for client: Client) -> Bool {
        guard !client.isClosed else { return false }
        switch client.port.write(frames) {
        case .queued(let isFirst): return isFirst
        case .sent: return false
        case .overflow:
            self.close(client, .slowConsumer)
            return false
        }
    }

    /// Sends the frames that are queued for clients.
    func flushPorts() { for client in self.ports.take() { self.flushPort(of: client) } }

    /// Sends the frames that are queued for a client, and starts checks when its socket does not take all of them.
    func flushPort(of client: Client) {
        client.port.flush()
        if client.heldBytes > 0 || client.port.waiting > 0 { self.account(for: client) }
        self.watchStall(client)
    }

    // MARK: The first output

    // These are the answer to the handshake, the welcome, and the answers to commands in the URL or right after the
    // `hello`. A system call for each of them, which also wakes a reader, would be a third of the cost of a new
    // connection. When the broker answers at once, they leave in one call.

    /// Queues a message that others are about to follow.
    ///
    /// The welcome is never compressed: it has a secret, and a name that somebody else may have chosen, whose
    /// repetitions would show in the length.
    func sendFirst(_ payload: ByteBuffer, to client: Client) {
        self.metrics.didSend()
        switch client.form {
        case .frames: self.writeFirst(FrameEncoder.frame(.text, payload), to: client)
        case .events: self.writeFirst(EventEncoder.event(payload), to: client)
        }
    }

    /// Queues frames that others are about to follow.
    func writeFirst(_ frames: ByteBuffer, to client: Client) {
        guard self.queue(frames, for: client), self.ports.addNewcomer(client) else { return }
        self.letNewcomersWait(turns: PortsToFlush.newcomerTurns)
    }

    /// The loop reads nothing meanwhile: it runs waiting tasks, which may add more, until there are none.
    private func letNewcomersWait(turns: Int) {
        self.loop.execute {
            self.assumeIsolated { shard in
                if turns > 1 { return shard.letNewcomersWait(turns: turns - 1) }
                shard.ports.newcomersWaited()
                shard.flushPorts()
            }
        }
    }
}
