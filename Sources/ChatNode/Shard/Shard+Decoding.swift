import ChatCore
import ChatHTTP
import ChatIdentity
import ChatWebSocket
import NIOCore

// The way in: a connection comes, and its bytes become messages.
extension Shard {
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
        let entry: CommandMachine.Entry = self.node.authorizer.asksForTokens ? .token(bearer: bearer) : .free
        let form = MessageForm.frames(deflate.map(DeflateWindow.init))
        let client = self.clients.add {
            Client(id: $0, address: address, port: port, form: form, limits: self.limits, entry: entry, now: .now)
        }
        if entry != .free { self.wheel.schedule(.hello(client.id), after: self.limits.helloTimeout) }
        self.wheel.schedule(.liveness(client.id), after: self.limits.pingInterval)
        self.writeFirst(answer, to: client)
        guard !self.clients.isVacating else {
            self.drain([client])
            return client.id
        }
        self.obey(shorthand, of: client)
        return client.id
    }

    /// A client has come with commands in its address.
    func obey(_ shorthand: ShorthandURL, of client: Client) {
        client.session.chargeShorthand(shorthand.commands.count, now: .now)
        for refusal in shorthand.refusals { self.tell(refusal, to: client) }
        for command in shorthand.commands { self.perform(client.session.resume(command), for: client) }
    }

    /// Bytes came from a client.
    func received(_ bytes: ByteBuffer, from id: ClientID) {
        guard let client = self.clients[id], !client.isClosed else { return }
        let now = ContinuousClock.now
        client.liveness.received(now: now)
        client.decoder.append(bytes)
        let inflater = client.form.window == nil ? nil : self.deflate.inflater
        do {
            while !client.isClosed, let message = try client.decoder.next(inflater: inflater) {
                self.handle(message, from: client, now)
            }
            // Pings, pongs and fragments are normal, but a flood of them is not.
            let flood = client.session.receiveIdleFrames(client.decoder.takeIdleFrames(), now: now)
            if let flood { self.close(client, flood) }
            if client.decoder.heldBytes > 0 || client.session.heldBytes > 0 || client.heldBytes > 0 {
                self.account(for: client)
            }
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
}
