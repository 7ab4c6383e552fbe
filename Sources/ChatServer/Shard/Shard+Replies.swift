import ChatCore
import ChatWebSocket
import NIOCore

// What one client is sent, and how it is parted from.
extension Shard {
    /// Answers a command that bears an id; one without gets no `ok`.
    func reply(_ reply: Reply, id: Int?, to client: Client) {
        guard let id else { return }
        self.send(reply.encoded(id: id), to: client)
    }

    /// Tells a client why a command was not obeyed.
    func refuse(_ error: ProtocolError, id: Int?, room: RoomName? = nil, to client: Client) {
        self.send(CommandRefusal(id: id, room: room?.rawValue, error).encoded(), to: client)
    }

    /// Queues a message for one client.
    func send(_ payload: ByteBuffer, to client: Client) {
        self.metrics.didSend()
        self.write(.text, payload, to: client)
    }

    /// Queues a frame for one client.
    func write(_ opcode: Opcode, _ payload: ByteBuffer, to client: Client) {
        self.write(Self.frame(opcode, payload), to: client)
    }

    static func frame(_ opcode: Opcode, _ payload: ByteBuffer) -> ByteBuffer {
        var frame = ByteBufferAllocator().buffer(capacity: payload.readableBytes + FrameEncoder.maximumHeader)
        FrameEncoder.write(opcode, payload, to: &frame)
        return frame
    }

    /// Queues whole frames for one client; one that is too slow for them is parted from.
    func write(_ frames: ByteBuffer, to client: Client) {
        guard !client.isClosed else { return }
        switch client.port.write(frames) {
        case .queued(isFirst: true):
            self.flushList.append(client)
            self.scheduleTick()
        case .sent, .queued(isFirst: false): break
        case .overflow: self.close(client, .slowConsumer)
        }
    }

    /// Parts from a client.
    ///
    /// - Parameters:
    ///   - client: The client.
    ///   - disconnect: Why.
    ///   - reconnectMilliseconds: After how long it should come back, if it is told so beforehand.
    func close(_ client: Client, _ disconnect: Disconnect, reconnectMilliseconds: Int? = nil) {
        guard client.markClosed() else { return }
        var frames = ByteBuffer()
        if let reconnectMilliseconds {
            let event = Event.closing(disconnect, reconnectMilliseconds: reconnectMilliseconds)
            FrameEncoder.write(.text, event.encoded(), to: &frames)
        }
        FrameEncoder.writeClose(CloseFrame(code: disconnect.code, reason: disconnect.reason), to: &frames)
        client.port.finish(with: frames, within: TimeAmount(self.limits.closeTimeout))
        self.forget(client)
    }

    /// The client has closed, or answers our close.
    func closed(_ client: Client, _ frame: CloseFrame) {
        guard client.markClosed() else { return client.port.abort() }
        var answer = ByteBuffer()
        FrameEncoder.writeClose(frame.code == nil ? CloseFrame(code: nil, reason: "") : frame, to: &answer)
        client.port.finish(with: answer, within: TimeAmount(self.limits.closeTimeout))
        self.forget(client)
    }

    /// Takes a client out of its rooms; its user stays a member until the grace has passed.
    func forget(_ client: Client) {
        _ = client.markClosed()
        let memberships = client.memberships
        client.memberships = []
        for membership in memberships {
            membership.room.remove(membership)
            membership.room.wake()
            if let user = client.session.user { self.release(user.id, in: membership.room) }
        }
    }
}
