import ChatCore
import ChatHTTP
import ChatIdentity
import ChatSystem
import NIOCore

/// How a connection becomes a client: as a WebSocket, as a stream of Server-Sent Events that does the same, or as one
/// that only listens to a room.
///
/// All that a room, a session and a ruling do for a WebSocket they do for a stream.
final class NewClients {
    private let authorizer: Authorizer
    private let clients: ClientTable
    private let commands: Commands
    private let tokens: Tokens
    private let enforcement: Enforcement
    private let answers: Answers
    private let endings: Endings
    private let liveness: LivenessChecks
    private let state: LoopState
    private let timers: LoopTimers

    init(
        _ base: LoopBase,
        commands: Commands,
        tokens: Tokens,
        enforcement: Enforcement,
        answers: Answers,
        endings: Endings,
        liveness: LivenessChecks
    ) {
        (self.authorizer, self.clients, self.state) = (base.node.authorizer, base.clients, base.state)
        self.timers = base.timers
        (self.commands, self.tokens, self.enforcement, self.answers) = (commands, tokens, enforcement, answers)
        (self.endings, self.liveness) = (endings, liveness)
    }

    private var limits: Limits { self.state.limits }

    // MARK: WebSockets

    /// A connection has become a WebSocket.
    ///
    /// - Parameters:
    ///   - channel: The connection.
    ///   - newcomer: What it brings.
    /// - Returns: The client.
    func connected(_ channel: any Channel, _ newcomer: Newcomer) -> Client {
        let port = OutboundPort(channel: channel, limit: self.limits.outboundBytes)
        let entry: CommandMachine.Entry = self.authorizer.asksForTokens ? .token(bearer: newcomer.bearer) : .free
        let form = MessageForm.frames(newcomer.deflate.map(DeflateWindow.init))
        let client = self.add(port, newcomer.address, form, entry)
        if entry != .free { self.timers.schedule(.hello(client.id), after: self.limits.helloTimeout) }
        self.answers.writeFirst(newcomer.answer, to: client)
        if !self.turnAwayIfVacating(client) { self.commands.obey(newcomer.shorthand, of: client) }
        return client
    }

    private func add(
        _ port: OutboundPort,
        _ address: NetworkAddress?,
        _ form: MessageForm,
        _ entry: CommandMachine.Entry = .free,
        _ audience: Audience = .member
    ) -> Client {
        let client = self.clients.add {
            Client(
                id: $0,
                address: address,
                port: port,
                form: form,
                audience: audience,
                limits: self.limits,
                entry: entry,
                now: .now
            )
        }
        self.liveness.begin(client)
        return client
    }

    /// A client that comes while the node goes away is told so.
    ///
    /// - Returns: Whether it was.
    private func turnAwayIfVacating(_ client: Client) -> Bool {
        guard self.clients.isVacating else { return client.isClosed }
        self.endings.drain([client])
        return true
    }

    // MARK: Streams

    /// A request has become a stream.
    ///
    /// - Parameters:
    ///   - channel: Its connection.
    ///   - address: The client's address.
    ///   - head: The head of the answer, which has not been sent.
    ///   - order: What it asks for.
    /// - Returns: The client.
    func streams(
        _ channel: any Channel,
        from address: NetworkAddress?,
        _ head: ByteBuffer,
        _ order: StreamOrder
    ) -> Client {
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
    ) -> Client {
        var hello = Command.Hello()
        var entry = CommandMachine.Entry.free
        switch credential {
        case .none: break
        case .token(let token): entry = .token(bearer: token)
        case .session(let session): hello.session = session
        }
        let client = self.add(port, address, .serverSentEvents, entry)
        self.answers.begin(streamOf: client, with: head)
        guard !self.turnAwayIfVacating(client) else { return client }
        var shorthand = ShorthandURL(query: query, maximumRooms: self.limits.rooms)
        if case .hello(let given) = shorthand.commands.first?.command {
            hello.name = given.name
            shorthand.commands.removeFirst()
        }
        shorthand.commands.insert(CommandEnvelope(id: 0, .hello(hello)), at: 0)
        self.commands.obey(shorthand, of: client)
        return client
    }

    // MARK: Listeners

    /// A request has become the stream of a listener, of whom nobody in the room is told.
    ///
    /// It joins as members do, so that replays, bounds and rulings are theirs; it is an error in the answer's place until
    /// it has joined.
    private func listens(
        _ join: Command.Join,
        _ access: Access,
        from address: NetworkAddress?,
        _ port: OutboundPort,
        _ head: ByteBuffer
    ) -> Client {
        let client = self.add(port, address, .serverSentEvents, .free, .listener(.awaited(head: head)))
        guard !self.turnAwayIfVacating(client) else { return client }
        // Nobody is told of it; rulings find it by its id, and a token's end finds it as well.
        let user = Self.listener(access)
        if let reason = self.enforcement.judgeArrival(of: client, as: user, access) {
            self.endings.close(client, reason)
            return client
        }
        self.clients.belongs(client, to: user)
        if let grant = access.grant { self.tokens.watchExpiry(of: client, grant) }
        _ = client.session.opened(user, access: access)
        self.commands.perform(client.session.resume(CommandEnvelope(id: nil, .join(join))), for: client)
        return client
    }

    /// The user of a token, or one that nobody else is.
    private static func listener(_ access: Access) -> User {
        if let grant = access.grant { return User(id: grant.user, name: grant.name ?? .guest(grant.user)) }
        var generator = SystemRandom()
        let id = UserID(using: &generator)
        return User(id: id, name: .guest(id))
    }
}
