import ChatCore
import ChatWebSocket
import NIOCore

/// The way out for one client: answers, events and frames wait in its port until the turn ends.
final class Answers {
    /// The most memory that the next answer finds; a long list is no reason to keep more.
    private static let keptBytes = 16 * 1024

    private let endings: Endings
    private let ports: PortFlusher
    private let deflate: LoopDeflate
    private let metrics: ShardMetrics
    private let loop: DeferredWork
    /// The last answer, whose memory serves the next one: a frame is a copy.
    private var answer = ByteBuffer()

    init(_ base: LoopBase, _ endings: Endings, _ ports: PortFlusher) {
        (self.deflate, self.metrics, self.loop) = (base.deflate, base.metrics, base.loop)
        (self.endings, self.ports) = (endings, ports)
    }

    // MARK: Messages

    /// Answers a command that has an id; one without gets no `ok`.
    func reply(_ reply: Reply, id: Int?, to client: Client) {
        guard let id else { return }
        self.answer.clear()
        reply.write(id: id, to: &self.answer)
        self.send(self.answer, to: client)
        if self.answer.capacity > Self.keptBytes { self.answer = ByteBuffer() }
    }

    /// Tells a client why a command was refused.
    func refuse(_ error: ProtocolError, id: Int?, room: RoomName? = nil, to client: Client) {
        if client.isListener { return self.endings.refuse(listener: client, error) }
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
            if let compressed = window.flatMap({ self.deflate.reply(payload, $0) }) {
                self.write(compressed, to: client)
            } else {
                self.write(.text, payload, to: client)
            }
        case .serverSentEvents: self.write(ServerSentEvents.event(payload), to: client)
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
        case .serverSentEvents: for message in messages { ServerSentEvents.write(message.payload, to: &frames) }
        }
        return frames
    }

    // MARK: Frames

    /// Queues a frame for one client.
    func write(_ opcode: Opcode, _ payload: ByteBuffer, to client: Client) {
        self.queue(for: client) { $0.write(opcode, payload) }
    }

    /// Queues whole frames for one client; a client that is too slow for them is disconnected.
    func write(_ frames: ByteBuffer, to client: Client) { self.queue(for: client) { $0.write(frames) } }

    private func queue(for client: Client, _ write: (OutboundPort) -> OutboundPort.Verdict) {
        guard self.isFirst(for: client, write) else { return }
        self.ports.add(client)
        self.loop.scheduleTurnEnd()
    }

    /// - Returns: Whether what was written is the first that waits in the client's port.
    private func isFirst(for client: Client, _ write: (OutboundPort) -> OutboundPort.Verdict) -> Bool {
        guard !client.isClosed else { return false }
        switch write(client.port) {
        case .queued(let isFirst): return isFirst
        case .sent: return false
        case .overflow:
            self.endings.close(client, .slowConsumer)
            return false
        }
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
        case .serverSentEvents: self.writeFirst(ServerSentEvents.event(payload), to: client)
        }
    }

    /// Queues frames that others are about to follow.
    func writeFirst(_ frames: ByteBuffer, to client: Client) {
        if self.isFirst(for: client, { $0.write(frames) }) { self.ports.addNewcomer(client) }
    }

    /// A request is answered by a stream, whose head goes first.
    func begin(streamOf client: Client, with head: ByteBuffer) {
        // A stream has no other status: whatever is refused before is answered by an error.
        self.metrics.responses.count(status: 200)
        self.writeFirst(head, to: client)
    }

    /// A listener has joined: its stream begins.
    ///
    /// A reader that is cut off before the first message comes back with the place where it began. While messages are
    /// replayed, that is the place which it has asked for.
    func begin(listener client: Client, at announcement: CatchUpPlan.Announcement) {
        guard case .listener(.awaited(let head)) = client.audience else { return }
        client.audience = .listener(.begun)
        var first = head
        if announcement.replay == 0 { first.writeImmutableBuffer(ServerSentEvents.place(announcement.head)) }
        self.begin(streamOf: client, with: first)
    }
}
