public import ChatCore
internal import ChatSystem
internal import ChatWebSocket
internal import NIOCore

// The shell of the machine: brings it what comes from the connection and from the source of tokens, and carries out what
// it decides.
extension ChatClient: LinkReader {
    // MARK: What comes

    /// Input came from the connection.
    func received(_ inbound: Inbound) async {
        switch inbound {
        case .heartbeat: self.machine.heard(now: .now)
        case .close(let frame):
            let disconnect = Disconnect(code: frame.code ?? 1005, reason: frame.reason)
            let words = frame.reason.isEmpty ? "\(disconnect.code)" : "\(disconnect.code) \(frame.reason)"
            self.fail(ConnectionFailure("the server closed the connection: \(words)", disconnect: disconnect))
        case .text(let text):
            guard let message = try? ServerMessage(decoding: text) else {
                self.observer?(.garbled)
                return self.machine.heard(now: .now)
            }
            await self.received(message)
        case .message(let message): await self.received(message)
        }
    }

    private func received(_ message: ServerMessage) async {
        self.observer?(.received(message))
        for event in self.perform(self.machine.received(message, now: .now)) {
            // While the program does not take its events, the client does not read: it causes that silence itself.
            self.machine.setSuspended(true, now: .now)
            await self.tell(event)
            if case .connection(.connected) = event { await self.tellOfDetour() }
            self.machine.setSuspended(false, now: .now)
        }
    }

    /// The program is told once that there is no WebSocket, and then again after there was one.
    private func tellOfDetour() async {
        let detour = self.link?.detour
        defer { self.isDetourTold = detour != nil }
        if let detour, !self.isDetourTold { await self.tell(.withoutWebSocket(detour)) }
    }

    /// Hands the program an event, and waits while too many events wait for the program.
    func tell(_ event: ClientEvent) async {
        self.buffer.append(event)
        if self.buffer.isOverfull {
            // The answers are behind events that nobody takes: a task that waits for an answer would wait for ever.
            for answer in self.answers.values { answer.resolve(.failed(.unread)) }
            self.answers = [:]
            self.buffer.setAwaiting(false)
        }
        await self.buffer.waitForRoom()
    }
}

extension ChatClient {
    // MARK: Commands

    /// Gives the machine a command, and remembers the task that waits for the answer.
    ///
    /// - Parameters:
    ///   - command: The command for the machine.
    ///   - remember: Called with the command's id before anything is done.
    /// - Returns: The future answer.
    func begin(
        _ command: (inout ClientMachine) -> ClientMachine.Taken,
        remember: (Int) -> Void = { _ in }
    ) -> Promised<ClientMachine.Answer> {
        let answer = Promised<ClientMachine.Answer>()
        if case .ended = self.state {
            answer.resolve(.failed(.closed))
            return answer
        }
        let taken = command(&self.machine)
        if self.buffer.isOverfull { answer.resolve(.failed(.unread)) } else { self.answers[taken.id] = answer }
        remember(taken.id)
        self.performAtOnce(taken.actions)
        return answer
    }

    /// Sends the server a request that is harmless when repeated.
    func ask(_ command: Command) -> Promised<ClientMachine.Answer> {
        self.begin { $0.request(command, now: .now) }
    }

    // MARK: What is done

    /// Carries out actions; returns the events for the program, in order.
    func perform(_ actions: [ClientMachine.Action]) -> [ClientEvent] {
        var events: [ClientEvent] = []
        for action in actions {
            switch action {
            case .transmit(let envelope):
                self.observer?(.sent(envelope))
                self.link?.send(envelope)
            case .answer(let id, let answer):
                self.settle(id, answer)
                self.answers.removeValue(forKey: id)?.resolve(answer)
            case .emit(let event):
                if case .connection(.connected(let welcome)) = event {
                    self.outbox?.setSession(welcome.session)
                    if let seconds = welcome.limits.keySeconds { self.outbox?.setKeyWindow(.seconds(seconds)) }
                }
                events.append(event)
            case .wantToken: self.tokenWanted.wake()
            case .disconnect(let failure):
                self.fail(failure)
                self.link?.close()
            }
        }
        self.link?.flush()
        self.buffer.setAwaiting(!self.answers.isEmpty)
        self.rearmWatch()
        return events
    }

    /// Carries out actions without events.
    func performAtOnce(_ actions: [ClientMachine.Action]) {
        let events = self.perform(actions)
        assert(events.isEmpty, "only what is received makes events")
    }

    /// A send has its answer: the outbox forgets it, unless it failed only because the client ends.
    private func settle(_ id: Int, _ answer: ClientMachine.Answer) {
        guard let key = self.keptKeys.removeValue(forKey: id) else { return }
        switch answer {
        case .ok, .done: self.outbox?.remove(key)
        case .failed(let error):
            guard error.code != .closed, error.code != .disconnected else { return }
            self.outbox?.remove(key)
        }
    }

    // MARK: Tokens

    /// Whether the user's token allows to moderate a room, for programs that show only what is of use.
    ///
    /// - Parameter room: The room.
    /// - Returns: What the token says; the server alone decides.
    public func mayModerate(_ room: RoomName) -> Bool { self.rights[room].contains(.moderate) }

    /// A token for the next connection; nil when the client has no source of them.
    func nextToken() async throws(ConnectionFailure) -> String? {
        guard let tokens else { return nil }
        do throws(TokenFailure) {
            let token = try await tokens.token()
            self.rights = TokenRights(token)
            return token
        } catch {
            throw ConnectionFailure(error)
        }
    }

    /// Gets another token each time that the machine wants one, for as long as the connection stands.
    func renewTokens() async {
        while !Task.isCancelled {
            await self.tokenWanted.wait()
            guard !Task.isCancelled, let tokens else { continue }
            let actions: [ClientMachine.Action]
            do throws(TokenFailure) {
                let token = try await tokens.token()
                self.rights = TokenRights(token)
                actions = self.machine.renewToken(with: token, now: .now)
            } catch {
                guard !Task.isCancelled else { return }
                actions = self.machine.tokenFailed(error, now: .now)
            }
            for event in self.perform(actions) { await self.tell(event) }
        }
    }
}
