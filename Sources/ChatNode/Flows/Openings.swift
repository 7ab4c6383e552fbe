import ChatCore
import ChatIdentity
import ChatSystem
import NIOCore

/// How a `hello` becomes a session, which is answered by the welcome.
final class Openings {
    /// The most milliseconds that a client is told to stay away for.
    private static let longestWait = 60_000

    private let node: NodeContext
    private let clients: ClientTable
    private let sessions: SessionDesk
    private let tokens: Tokens
    private let enforcement: Enforcement
    private let speech: SpeechRules
    private let names: Names
    private let answers: Answers
    private let endings: Endings
    private let heldCommands: HeldCommandsReturn
    private let presence: PresenceKeeper
    private let state: LoopState

    init(
        _ base: LoopBase,
        tokens: Tokens,
        enforcement: Enforcement,
        speech: SpeechRules,
        names: Names,
        answers: Answers,
        endings: Endings,
        heldCommands: HeldCommandsReturn
    ) {
        (self.node, self.clients, self.sessions) = (base.node, base.clients, base.sessions)
        (self.presence, self.state) = (base.presence, base.state)
        (self.tokens, self.enforcement, self.speech) = (tokens, enforcement, speech)
        (self.names, self.answers, self.endings) = (names, answers, endings)
        self.heldCommands = heldCommands
    }

    /// Opens the session of a client that has said hello.
    func open(_ client: Client, _ hello: Command.Hello, id: Int?) async {
        let access: Access
        do throws(TokenRefusal) { access = try await self.tokens.access(of: hello) } catch {
            return self.tokens.turnAway(client, error)
        }
        guard !client.isClosed else { return }
        do {
            try await self.node.rulings.ready()
            // Somebody at a banned address costs no session.
            if let ban = self.node.rulings.ban(of: client.visitor) { return self.endings.close(client, .banned(ban)) }
            try await self.sessions.open(hello, access, from: client.address) {
                self.opened($0, access, for: client, id: id)
            }
        } catch {
            // A welcome promises that the session brings the same user back, so there is none while the broker cannot
            // keep it.
            let away = Disconnect(code: Disconnect.overCapacity.code, reason: error.reason)
            let wait = min(error.retryMilliseconds ?? 0, Self.longestWait)
            self.endings.close(client, away, reconnectMilliseconds: wait + .random(in: 1000...3000))
        }
    }

    private func opened(_ session: OpenedSession, _ access: Access, for client: Client, id: Int?) {
        guard !client.isClosed else { return }
        if let reason = self.enforcement.judgeArrival(of: client, as: session.user, access) {
            return self.endings.close(client, reason)
        }
        // The token was good before the broker was asked.
        if let grant = access.grant, Tokens.isOver(grant) { return self.endings.close(client, .tokenExpired) }
        self.node.sessions.hold(session.hash)
        client.keptSession = session.isGuest ? .shortly(session.hash) : .long(session.hash)
        let welcome = Welcome(
            user: session.user,
            session: session.secret,
            resumed: session.isResumed,
            node: self.node.name,
            server: NodeContext.serverVersion,
            limits: Welcome.Limits(self.state.limits),
            pingSeconds: Int(self.state.limits.pingInterval.inSeconds),
            tokenSeconds: access.grant.map { Tokens.seconds(until: $0.expiry) }
        )
        self.answers.sendFirst(Event.welcome(welcome).encoded(id: id), to: client)
        if let detail = self.presence.outages.wholeDetail {
            self.answers.send(Event.status(.degraded, detail: detail).encoded(), to: client)
        }
        if let error = session.nameRefusal { self.answers.refuse(error, id: nil, to: client) }
        self.clients.belongs(client, to: session.user)
        if let grant = access.grant { self.tokens.watchExpiry(of: client, grant) }
        let waiting = client.session.opened(session.user, access: access)
        self.speech.noteMutes(of: client)
        self.names.judge(client)
        self.heldCommands.release(waiting, for: client)
    }
}
