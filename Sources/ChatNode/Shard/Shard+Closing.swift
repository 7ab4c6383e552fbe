import ChatCore
import ChatWebSocket
import Logging
import NIOCore

// The end of a connection: the checks that lead to it, and what is given back.
extension Shard {
    // MARK: Looking after it

    /// The interval at which the shard checks whether a client takes its bytes.
    private var stallInterval: Duration { self.limits.stallTimeout / 10 }

    /// Checks from now on whether the client takes the bytes that wait for it.
    func watchStall(_ client: Client) {
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
        guard client.form != .events else { return self.sayAlive(client) }
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
        guard !client.isClosed else { return }
        self.metrics.ends.closed(disconnect)
        self.note("the server closed a connection", client, disconnect.code)
        var last = ByteBuffer()
        switch client.form {
        case .frames:
            if let reconnectMilliseconds {
                let event = Event.closing(disconnect, reconnectMilliseconds: reconnectMilliseconds)
                FrameEncoder.write(.text, event.encoded(), to: &last)
            }
            FrameEncoder.writeClose(CloseFrame(code: disconnect.code, reason: disconnect.reason), to: &last)
        case .events: last = self.lastEvents(disconnect, reconnectMilliseconds, for: client)
        }
        self.end(client, with: last, within: time)
    }

    /// Ends a connection with its last bytes.
    func end(_ client: Client, with last: ByteBuffer, within time: Duration? = nil) {
        guard client.markClosed() else { return }
        client.port.finish(with: last, within: TimeAmount(time ?? self.limits.closeTimeout))
        self.forget(client)
    }

    /// The client has closed, or answers our close.
    func closed(_ client: Client, _ frame: CloseFrame) {
        guard client.markClosed() else { return client.port.abort() }
        self.metrics.ends.closedByClient()
        self.note("a client closed its connection", client, frame.code)
        var answer = ByteBuffer()
        FrameEncoder.writeClose(frame.code == nil ? CloseFrame(code: nil, reason: "") : frame, to: &answer)
        client.port.finish(with: answer, within: TimeAmount(self.limits.closeTimeout))
        self.forget(client)
    }

    /// Says in the log that a connection has ended, for whoever looks for the reason of many of them.
    ///
    /// Neither texts of its client are in it nor anything that identifies a user.
    private func note(_ message: Logger.Message, _ client: Client, _ code: UInt16? = nil) {
        self.node.logger.debug(message, metadata: self.logMetadata(of: client, code))
    }

    private func logMetadata(of client: Client, _ code: UInt16?) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["connection": "\(self.index)-\(client.id.rawValue)"]
        if let code { metadata["code"] = "\(code)" }
        return metadata
    }

    /// Takes a client out of its rooms; its user stays a member until the grace has passed.
    private func forget(_ client: Client) {
        _ = client.markClosed()
        let memberships = client.memberships
        client.memberships = []
        for membership in memberships {
            membership.room.remove(membership)
            membership.room.wake()
            self.lost(membership)
        }
    }

    /// A connection is gone.
    func disconnected(_ id: ClientID) {
        guard let client = self.clients.remove(id) else { return }
        if let hash = client.keptSession.hash { self.node.sessions.release(hash) }
        client.port.detach()
        if client.markClosed() {
            self.metrics.ends.wasLost()
            self.note("a connection was lost", client)
        }
        self.forget(client)
        self.setHeldBytes(0, of: client)
    }

    /// The node is going away: disconnects all present clients cleanly, and from now on every new one.
    func beginVacating() {
        self.presence.beginRelease()
        self.drain(self.clients.beginVacating())
    }

    /// Tells clients when to come back, each at another time, and disconnects them.
    func drain(_ clients: [Client]) {
        let spread = self.node.admission.beginDraining()
        var generator = SystemRandom()
        for (index, client) in clients.enumerated() where !client.isClosed {
            let wait = spread.milliseconds(for: index, of: clients.count, using: &generator)
            self.close(client, .draining, reconnectMilliseconds: wait)
        }
    }

    /// Disconnects all clients, and returns when all have taken their last bytes, or have had the time to.
    func vacate() async {
        self.beginVacating()
        await self.clients.vacant()
    }
}
