internal import ChatCore
internal import ChatSystem
internal import ChatWebSocket
internal import NIOCore

// Hands the connection's input to the machine, and the program its events.
extension ChatClient: LinkReader {
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
