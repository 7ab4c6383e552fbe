import ChatCore
import ChatWebSocket
import NIOCore

// Frames become commands, commands become decisions, decisions are carried out.
extension Shard {
    /// A whole message or a control frame came.
    func handle(_ message: WebSocketMessage, from client: Client, _ now: ContinuousClock.Instant) {
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

    /// Counts frames that brought no message: pings, pongs and fragments are part of the conversation, a flood is not.
    func chargeFrames(of client: Client, _ now: ContinuousClock.Instant) {
        guard let disconnect = client.session.receiveIdleFrames(client.decoder.takeIdleFrames(), now: now) else {
            return
        }
        self.close(client, disconnect)
    }

    /// Carries out what the session decided.
    func perform(_ action: SessionMachine.OnCommand, for client: Client) {
        // What a client sent before it asks for something else goes before it.
        if case .send = action {} else { self.publishOutgoing() }
        switch action {
        case .open(let hello, let id): self.start(client) { await self.open(client, hello, id: id) }
        case .join(let join, let id, let isMember): self.join(client, join, id: id, isMember: isMember)
        case .leave(let room, let id): self.leave(client, room, id: id)
        case .send(let send, let id): self.publish(client, send, id: id)
        case .typing(let room, let active, let id): self.type(client, room, active: active, id: id)
        case .members(let room, let cursor, let id):
            self.start(client) { await self.members(client, room, cursor: cursor, id: id) }
        case .history(let history, let id): self.start(client) { await self.history(client, history, id: id) }
        case .rename(let name, let id): self.start(client) { await self.rename(client, name, id: id) }
        case .pong(let id): self.reply(.pong(time: WallClock.now()), id: id, to: client)
        case .refuse(let refusal): self.send(refusal.encoded(), to: client)
        case .disconnect(let disconnect): self.close(client, disconnect)
        case .wait: break
        }
    }

    /// What waited for a session or a room has its turn.
    func resume(_ commands: [CommandEnvelope], for client: Client) {
        for command in commands where !client.isClosed { self.perform(client.session.resume(command), for: client) }
    }

    /// Starts work for a command that is counted as under way.
    private func start(_ client: Client, _ work: @escaping () async -> Void) {
        client.began()
        self.spawn {
            await work()
            client.ended()
        }
    }

    // MARK: Session

    private func open(_ client: Client, _ hello: Command.Hello, id: Int?) async {
        var session: OpenedSession
        let lookup = self.renames.begin()
        defer { self.renames.end(lookup) }
        do {
            session = try await OpenedSession(hello, broker: self.broker)
        } catch {
            // A welcome promises that the session brings the same user back: not while nobody can keep that.
            let away = Disconnect(code: Disconnect.overCapacity.code, reason: error.reason)
            return self.close(client, away, reconnectMilliseconds: .random(in: 1000...3000))
        }
        guard !client.isClosed else { return }
        // A name that was read may be older than one that every node has been told since.
        if session.isResumed { session.user = self.renames.newest(session.user) }
        client.sessionHash = session.hash
        client.isGuest = session.isGuest
        let welcome = Welcome(
            user: session.user,
            session: session.secret,
            resumed: session.isResumed,
            node: self.node.name,
            server: NodeContext.serverVersion,
            limits: Welcome.Limits(self.limits),
            pingSeconds: Int(self.limits.pingInterval.inSeconds)
        )
        self.sendFirst(Event.welcome(welcome).encoded(id: id), to: client)
        if let degradation { self.send(Event.status(.degraded, detail: degradation).encoded(), to: client) }
        self.users.add(client.id, of: session.user.id)
        self.resume(client.session.opened(session.user), for: client)
    }

    private func rename(_ client: Client, _ name: UserName, id: Int?) async {
        guard var user = client.session.user, let hash = client.sessionHash else { return }
        user.name = name
        do {
            try await self.broker.rename(user, session: hash)
            client.session.renamed(user)
            client.isGuest = false
            self.reply(.renamed(user), id: id, to: client)
        } catch {
            self.refuse(error.protocolError, id: id, to: client)
        }
    }

    // MARK: Questions

    private func members(_ client: Client, _ room: RoomName, cursor: String?, id: Int?) async {
        do {
            let page = try await self.broker.members(room, cursor: cursor, limit: self.limits.members)
            self.reply(.members(room, page), id: id, to: client)
        } catch {
            self.refuse(error.protocolError, id: id, room: room, to: client)
        }
    }

    private func history(_ client: Client, _ history: Command.History, id: Int?) async {
        let limit = min(history.limit ?? self.limits.history, self.limits.history)
        do {
            var page = try await self.broker.log(history.room, before: history.before, limit: limit)
            if let epoch = history.epoch, epoch != page.epoch { page.publications = [] }
            self.reply(.history(history.room, page), id: id, to: client)
        } catch {
            self.refuse(error.protocolError, id: id, room: history.room, to: client)
        }
    }

    private func type(_ client: Client, _ room: RoomName, active: Bool, id: Int?) {
        guard let user = client.session.user else { return }
        if self.rooms[room]?.crowd.isLarge == false {
            self.spawn { await self.broker.signalTyping(room, user, active: active) }
        }
        self.reply(.typing(room), id: id, to: client)
    }
}

/// A session that a client comes back with, or a new one.
struct OpenedSession {
    var user: User
    var secret: SessionSecret
    /// What the broker knows the session by: one string, for its table and for the connection.
    var hash: String
    var isResumed: Bool
    /// Whether nobody would miss it: no name was chosen, and it is new.
    var isGuest = false

    /// Looks up or makes the session that a `hello` asks for.
    ///
    /// - Throws: ``BrokerError`` when it can be neither found nor kept.
    nonisolated(nonsending) init(_ hello: Command.Hello, broker: any Broker) async throws(BrokerError) {
        if let secret = hello.session {
            let hash = secret.hash
            if var user = try await broker.session(hash) {
                if let name = hello.name, name != user.name {
                    user.name = name
                    try await broker.rename(user, session: hash)
                }
                self.init(user: user, secret: secret, hash: hash, isResumed: true)
                return
            }
        }
        var generator = SystemRandomNumberGenerator()
        let id = UserID(using: &generator)
        let user = User(id: id, name: hello.name ?? .guest(id))
        let secret = SessionSecret(using: &generator)
        let hash = secret.hash
        try await broker.saveSession(hash, user, isGuest: hello.name == nil)
        self.init(user: user, secret: secret, hash: hash, isResumed: false)
        self.isGuest = hello.name == nil
    }

    private init(user: User, secret: SessionSecret, hash: String, isResumed: Bool) {
        self.user = user
        self.secret = secret
        self.hash = hash
        self.isResumed = isResumed
    }
}
