import ChatCore
import ChatHTTP
import ChatIdentity
import ChatWebSocket
import NIOCore

// The connections of the loop: how they come, their output, their supervision, and how they go.
extension Shard {
    // MARK: Coming

    /// A connection has become a WebSocket.
    ///
    /// - Parameters:
    ///   - channel: The connection.
    ///   - address: The client's address.
    ///   - answer: The answer to its handshake, which has not been sent.
    ///   - shorthand: The commands in its URL.
    ///   - bearer: The token of its request, where one is needed.
    ///   - deflate: The terms of its compression; nil when there is none.
    /// - Returns: Its id on the shard.
    func connected(
        _ channel: any Channel,
        from address: NetworkAddress?,
        _ answer: ByteBuffer,
        _ shorthand: ShorthandURL,
        _ bearer: String?,
        _ deflate: DeflateTerms?
    ) -> ClientID {
        let port = OutboundPort(channel: channel, limit: self.limits.outboundBytes)
        let entry: SessionMachine.Entry = self.node.authorizer.asksForTokens ? .token(bearer: bearer) : .free
        let window = deflate.map(DeflateWindow.init)
        let client = self.clients.add {
            Client(id: $0, address: address, port: port, window: window, limits: self.limits, entry: entry, now: .now)
        }
        if entry != .free { self.wheel.schedule(.hello(client.id), after: self.limits.helloTimeout) }
        self.wheel.schedule(.liveness(client.id), after: self.limits.pingInterval)
        self.writeFirst(answer, to: client)
        guard !self.clients.isVacating else {
            self.drain(client)
            return client.id
        }
        client.session.chargeShorthand(shorthand.commands.count, now: .now)
        for refusal in shorthand.refusals { self.send(refusal.encoded(), to: client) }
        for command in shorthand.commands { self.perform(client.session.resume(command), for: client) }
        return client.id
    }

    /// Bytes came from a client.
    func received(_ bytes: ByteBuffer, from id: ClientID) {
        guard let client = self.clients[id], !client.isClosed else { return }
        let now = ContinuousClock.now
        client.liveness.received(now: now)
        client.decoder.append(bytes)
        let inflater = client.window == nil ? nil : self.deflate.inflater
        do {
            while !client.isClosed, let message = try client.decoder.next(inflater: inflater) {
                self.handle(message, from: client, now)
            }
            // Pings, pongs and fragments are normal, but a flood of them is not.
            let flood = client.session.receiveIdleFrames(client.decoder.takeIdleFrames(), now: now)
            if let flood { self.close(client, flood) }
            if client.decoder.heldBytes > 0 || client.heldBytes > 0 { self.account(for: client) }
        } catch {
            self.close(client, Disconnect(code: error.closeCode, reason: error.reason))
        }
    }

    /// A whole message or a control frame came.
    private func handle(_ message: WebSocketMessage, from client: Client, _ now: ContinuousClock.Instant) {
        switch message {
        case .text(let text):
            self.metrics.didReceive()
            self.perform(client.session.receive(text, limits: self.limits, now: now), for: client)
        case .binary: self.close(client, .binaryMessage)
        case .ping(let payload): self.write(.pong, payload, to: client)
        case .pong: break
        case .close(let frame): self.closed(client, frame)
        }
    }

    // MARK: Output

    /// Answers a command that has an id; one without gets no `ok`.
    func reply(_ reply: Reply, id: Int?, to client: Client) {
        guard let id else { return }
        self.send(reply.encoded(id: id), to: client)
    }

    /// Tells a client why a command was refused.
    func refuse(_ error: ProtocolError, id: Int?, room: RoomName? = nil, to client: Client) {
        self.send(CommandRefusal(id: id, room: room?.rawValue, error).encoded(), to: client)
    }

    /// Queues a message for one client.
    func send(_ payload: ByteBuffer, to client: Client) {
        self.metrics.didSend()
        let compressed = client.window.flatMap { self.deflate.reply(payload, $0) }
        self.write(compressed ?? FrameEncoder.frame(.text, payload), to: client)
    }

    /// The frames of messages of a replay.
    func frames(of messages: ArraySlice<Publication>, for client: Client) -> ByteBuffer {
        var frames = ByteBufferAllocator().buffer(
            capacity: messages.reduce(0) { $0 + $1.payload.readableBytes + FrameEncoder.maximumHeader }
        )
        if let window = client.window {
            for message in messages { self.deflate.writeReplayed(message.payload, window, to: &frames) }
        } else {
            for message in messages { FrameEncoder.write(.text, message.payload, to: &frames) }
        }
        return frames
    }

    private func write(_ opcode: Opcode, _ payload: ByteBuffer, to client: Client) {
        self.write(FrameEncoder.frame(opcode, payload), to: client)
    }

    /// Queues whole frames for one client; a client that is too slow for them is disconnected.
    func write(_ frames: ByteBuffer, to client: Client) {
        guard self.queue(frames, for: client) else { return }
        self.ports.add(client)
        self.scheduleTick()
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
        self.writeFirst(FrameEncoder.frame(.text, payload), to: client)
    }

    private func writeFirst(_ frames: ByteBuffer, to client: Client) {
        guard self.queue(frames, for: client), self.ports.addNewcomer(client) else { return }
        self.letNewcomersWait(turns: ClientsToFlush.newcomerTurns)
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

    // MARK: Looking after it

    /// The interval at which the shard checks whether a client takes its bytes.
    private var stallInterval: Duration { self.limits.stallTimeout / 10 }

    private func watchStall(_ client: Client) {
        guard !client.isWatched, client.port.waiting > 0 else { return }
        client.isWatched = true
        self.wheel.schedule(.stall(client.id), after: self.stallInterval)
    }

    /// Disconnects a client that has not taken its bytes for too long.
    func checkStall(_ id: ClientID, _ now: ContinuousClock.Instant) {
        guard let client = self.clients[id], !client.isClosed else { return }
        client.isWatched = false
        self.account(for: client)
        let (taken, waiting) = (client.port.taken, client.port.waiting)
        guard let disconnect = client.stall.check(taken: taken, waiting: waiting, now: now) else {
            return self.watchStall(client)
        }
        self.close(client, disconnect)
    }

    /// Pings a silent client, and disconnects one that has not answered.
    func checkLiveness(_ id: ClientID, _ now: ContinuousClock.Instant) {
        guard let client = self.clients[id], !client.isClosed else { return }
        switch client.liveness.check(now: now) {
        case .wait(let time): self.wheel.schedule(.liveness(id), after: time)
        case .ping(let time):
            self.write(.ping, ByteBuffer(), to: client)
            self.wheel.schedule(.liveness(id), after: time)
        case .disconnect(let disconnect): self.close(client, disconnect)
        }
    }

    // MARK: Going

    /// Disconnects a client.
    ///
    /// - Parameters:
    ///   - client: The client.
    ///   - disconnect: Why.
    ///   - reconnectMilliseconds: The time after which it should come back, if it is told before the close.
    ///   - time: The time that it has to read its last bytes; nil: that of the limits.
    func close(
        _ client: Client,
        _ disconnect: Disconnect,
        reconnectMilliseconds: Int? = nil,
        within time: Duration? = nil
    ) {
        guard client.markClosed() else { return }
        var frames = ByteBuffer()
        if let reconnectMilliseconds {
            let event = Event.closing(disconnect, reconnectMilliseconds: reconnectMilliseconds)
            FrameEncoder.write(.text, event.encoded(), to: &frames)
        }
        FrameEncoder.writeClose(CloseFrame(code: disconnect.code, reason: disconnect.reason), to: &frames)
        client.port.finish(with: frames, within: TimeAmount(time ?? self.limits.closeTimeout))
        self.forget(client)
    }

    /// The client has closed, or answers our close.
    private func closed(_ client: Client, _ frame: CloseFrame) {
        guard client.markClosed() else { return client.port.abort() }
        var answer = ByteBuffer()
        FrameEncoder.writeClose(frame.code == nil ? CloseFrame(code: nil, reason: "") : frame, to: &answer)
        client.port.finish(with: answer, within: TimeAmount(self.limits.closeTimeout))
        self.forget(client)
    }

    /// Takes a client out of its rooms; its user stays a member until the grace has passed.
    private func forget(_ client: Client) {
        _ = client.markClosed()
        let memberships = client.memberships
        client.memberships = []
        for membership in memberships {
            membership.room.remove(membership)
            membership.room.wake()
            if let user = client.session.user { self.linger(user.id, in: membership.room) }
        }
    }

    /// A connection is gone.
    func disconnected(_ id: ClientID) {
        guard let client = self.clients.remove(id) else { return }
        if let hash = client.keptSession.hash { self.node.sessions.release(hash) }
        client.port.detach()
        self.forget(client)
        self.setHeldBytes(0, of: client)
    }

    /// The node is going away: disconnects a client cleanly.
    private func drain(_ client: Client) {
        guard !client.isClosed else { return }
        self.close(client, .draining, reconnectMilliseconds: .random(in: 100...2000))
    }

    /// Disconnects all present clients, and from now on every new one.
    func beginVacating() { for client in self.clients.beginVacating() { self.drain(client) } }

    /// Disconnects all clients, and returns when all have taken their last bytes, or have had the time to.
    func vacate() async {
        self.beginVacating()
        await self.clients.vacant()
    }
}
