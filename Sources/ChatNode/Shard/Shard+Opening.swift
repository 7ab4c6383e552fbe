import ChatCore
import ChatIdentity
import ChatSystem
import NIOCore

// A hello becomes a session, and is answered by the welcome.
extension Shard {
    /// The most milliseconds that a client is told to stay away for.
    private static let longestWait = 60_000

    /// Opens the session of a client that has said hello.
    func open(_ client: Client, _ hello: Command.Hello, id: Int?) async {
        let access: Access
        do throws(TokenRefusal) { access = try await self.access(of: hello) } catch {
            return self.turnAway(client, error)
        }
        guard !client.isClosed else { return }
        do {
            try await self.node.rulings.ready()
            // Somebody at a banned address costs no session.
            if let ban = self.node.rulings.ban(of: client.visitor) { return self.close(client, .banned(ban)) }
            try await self.sessions.open(hello, access, from: client.address) {
                self.opened($0, access, for: client, id: id)
            }
        } catch {
            // A welcome promises that the session brings the same user back, so there is none while the broker cannot
            // keep it.
            let away = Disconnect(code: Disconnect.overCapacity.code, reason: error.reason)
            let wait = min(error.retryMilliseconds ?? 0, Self.longestWait)
            self.close(client, away, reconnectMilliseconds: wait + .random(in: 1000...3000))
        }
    }

    private func opened(_ session: OpenedSession, _ access: Access, for client: Client, id: Int?) {
        guard !client.isClosed else { return }
        if let reason = self.exclusion(of: client, as: session.user, access) { return self.close(client, reason) }
        // The token was good before the broker was asked.
        if let grant = access.grant, Self.isOver(grant) { return self.close(client, .tokenExpired) }
        self.node.sessions.hold(session.hash)
        client.keptSession = session.isGuest ? .shortly(session.hash) : .long(session.hash)
        let welcome = Welcome(
            user: session.user,
            session: session.secret,
            resumed: session.isResumed,
            node: self.node.name,
            server: NodeContext.serverVersion,
            limits: Welcome.Limits(self.limits),
            pingSeconds: Int(self.limits.pingInterval.inSeconds),
            tokenSeconds: access.grant.map { Self.seconds(until: $0.expiry) }
        )
        self.sendFirst(Event.welcome(welcome).encoded(id: id), to: client)
        if let degradation { self.send(Event.status(.degraded, detail: degradation).encoded(), to: client) }
        if let error = session.nameRefusal { self.refuse(error, id: nil, to: client) }
        self.clients.belongs(client, to: session.user)
        if let grant = access.grant { self.watchExpiry(of: client, grant) }
        let waiting = client.session.opened(session.user, access: access)
        self.noteMutes(of: client)
        self.judgeNewName(of: client)
        self.resume(waiting, for: client)
    }
}
