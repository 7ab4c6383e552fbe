internal import ChatCore
internal import ChatSystem
internal import ChatWebSocket
internal import NIOCore

// Hands the connection's input to the machine, and carries out the machine's actions.

extension ChatClient {
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
            self.observer?(.received(message))
            for event in self.perform(self.machine.received(message, now: .now)) {
                // While the program does not take its events, the client does not read: it causes that silence itself.
                self.machine.setSuspended(true, now: .now)
                await self.tell(event)
                self.machine.setSuspended(false, now: .now)
            }
        }
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

    /// Carries out actions; returns the events for the program, in order.
    func perform(_ actions: [ClientMachine.Action]) -> [ClientEvent] {
        var events: [ClientEvent] = []
        for action in actions {
            switch action {
            case .transmit(let envelope):
                self.observer?(.sent(envelope))
                self.link?.write(Outbound.text(envelope.encoded()), promise: nil)
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
                self.link?.close(promise: nil)
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
}
