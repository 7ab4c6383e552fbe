internal import ChatCore
internal import ChatSystem
internal import ChatWebSocket
internal import NIOCore

// Carries out what the machine has decided.

extension ChatClient {
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
}
