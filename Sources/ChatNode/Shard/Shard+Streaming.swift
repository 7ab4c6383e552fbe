import ChatCore
import ChatSystem
import NIOCore

// Clients whose messages come as Server-Sent Events over HTTP. All that a room, a session and a ruling do for a WebSocket
// they do for a stream; what is here is its beginning, its silence and its end.
extension Shard {
    /// A request has become a stream.
    ///
    /// - Parameters:
    ///   - channel: Its connection.
    ///   - address: The client's address.
    ///   - head: The head of the answer, which has not been sent.
    ///   - order: What it asks for.
    /// - Returns: Its id on the shard.
    func streams(
        _ channel: any Channel,
        from address: NetworkAddress?,
        _ head: ByteBuffer,
        _ order: StreamOrder
    ) -> ClientID {
        // A peer that is gone without a word takes nothing; no answer to a ping says so earlier.
        let patience = self.limits.pingInterval + self.limits.pongTimeout
        let timeout = CInt(clamping: patience.inMilliseconds)
        try? channel.syncOptions?.setOption(.tcpOption(.userTimeout), value: Int(timeout))
        let port = OutboundPort(channel: channel, limit: self.limits.outboundBytes)
        switch order {
        case .listen(let join, let access): return self.listens(join, access, from: address, port, head)
        case .takePart(let query, let credential):
            return self.takesPart(query, credential, from: address, port, head)
        }
    }

    /// A request has become the stream of a client, which does by it what a WebSocket's shorthand does.
    private func takesPart(
        _ query: String?,
        _ credential: StreamOrder.Credential,
        from address: NetworkAddress?,
        _ port: OutboundPort,
        _ head: ByteBuffer
    ) -> ClientID {
        var hello = Command.Hello()
        var entry = CommandMachine.Entry.free
        switch credential {
        case .none: break
        case .token(let token): entry = .token(bearer: token)
        case .session(let session): hello.session = session
        }
        let client = self.clients.add {
            Client(id: $0, address: address, port: port, form: .events, limits: self.limits, entry: entry, now: .now)
        }
        self.wheel.schedule(.liveness(client.id), after: self.commentInterval)
        self.writeFirst(head, to: client)
        guard !self.clients.isVacating else {
            self.drain([client])
            return client.id
        }
        var shorthand = ShorthandURL(query: query, maximumRooms: self.limits.rooms)
        if case .hello(let given) = shorthand.commands.first?.command {
            hello.name = given.name
            shorthand.commands.removeFirst()
        }
        shorthand.commands.insert(CommandEnvelope(id: 0, .hello(hello)), at: 0)
        self.obey(shorthand, of: client)
        return client.id
    }

    // MARK: The end

    /// The last events of a stream, or the answer in place of one that has not begun.
    func lastEvents(_ disconnect: Disconnect, _ milliseconds: Int?, for client: Client) -> ByteBuffer {
        if case .listener(_?) = client.audience {
            return APIError(disconnect, retryMilliseconds: milliseconds).lastAnswer(at: WallClock.now())
        }
        // Whoever was ended with others should not come back at the same moment; with a fresh token one is welcome at once.
        let isAtOnce = disconnect.isFinal || disconnect.code == Disconnect.tokenExpired.code
        let wait = milliseconds ?? (isAtOnce ? 0 : .random(in: 500...2000))
        var last = EventEncoder.event(Event.closing(disconnect, reconnectMilliseconds: wait).encoded())
        if wait > 0 { last.writeImmutableBuffer(EventEncoder.retry(milliseconds: wait)) }
        return last
    }

    // MARK: Silence

    /// The time between two comments: proxies close what is silent for a minute.
    var commentInterval: Duration { min(.seconds(15), self.limits.pingInterval) }

    /// Writes a comment, so that nobody on the way takes a silent room for a dead connection.
    func sayAlive(_ client: Client) {
        switch client.audience {
        case .listener(_?): break
        case .listener(nil), .member: self.write(EventEncoder.comment, to: client)
        }
        self.wheel.schedule(.liveness(client.id), after: self.commentInterval)
    }
}
