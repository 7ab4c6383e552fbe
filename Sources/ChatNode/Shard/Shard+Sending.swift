import ChatCore
import NIOCore

/// A send that waits for its turn.
struct Outgoing {
    var client: Client
    var id: Int?
    var draft: Draft
}

// A member's message: it waits for the turn, goes to the broker with others, and is answered.
extension Shard {
    /// A member sends.
    func publish(_ client: Client, _ send: Command.Send, id: Int?) {
        guard let user = client.session.user else { return }
        let payers = SendLimiter.Send(user: user.id, address: client.address?.block, room: send.room)
        if let error = self.node.costs.sends.take(payers, now: ContinuousClock.now) {
            return self.refuse(error, id: id, room: send.room, to: client)
        }
        if client.isMutedSomewhere || !self.ruledRooms.isEmpty, let error = self.refusal(of: send, by: client, user) {
            self.node.costs.sends.giveBack(room: send.room, now: .now)
            return self.refuse(error, id: id, room: send.room, to: client)
        }
        if case .shortly(let hash) = client.keptSession { self.keepSession(of: client, hash) }
        let tail = PublicationCodec.tail(sender: user, text: send.text.rawValue, kind: send.kind, key: send.key)
        client.began()
        self.outgoing.append(
            Outgoing(client: client, id: id, draft: Draft(room: send.room, sender: user.id, key: send.key, tail: tail))
        )
        self.scheduleTurnEnd()
    }

    /// A guest sends something: from now on its session is kept for the full time.
    private func keepSession(of client: Client, _ hash: String) {
        client.keptSession = .long(hash)
        self.spawn {
            // Its next message tries again.
            if await !self.sessions.keep(hash) { client.keptSession = .shortly(hash) }
        }
    }

    /// Hands the sends of this turn to the broker.
    func publishOutgoing() {
        guard !self.outgoing.isEmpty else { return }
        let batch = self.outgoing
        self.outgoing = []
        // One in a second: the clock is not read for each message.
        let start = self.isRoundTripDue ? ContinuousClock.now : nil
        self.isRoundTripDue = false
        self.spawn {
            let results = await self.messages.publish(batch.map(\.draft))
            if let start { self.measure(results, since: start) }
            for (sent, result) in zip(batch, results) { self.settle(sent, result) }
        }
    }

    /// An attempt that failed says how long somebody waits, and not how fast the broker is.
    private func measure(_ results: [Result<Receipt, BrokerError>], since start: ContinuousClock.Instant) {
        let isStored = results.contains { (try? $0.get()) != nil }
        if isStored { self.metrics.didStore(after: .now - start) }
    }

    private func settle(_ sent: Outgoing, _ result: Result<Receipt, BrokerError>) {
        sent.client.ended()
        switch result {
        case .success(let receipt):
            if !receipt.isDuplicate { self.metrics.didPublish() }
            self.reply(.sent(sent.draft.room, receipt), id: sent.id, to: sent.client)
        case .failure(let error):
            if !self.ruledRooms.isEmpty { self.node.rulings.pauses.giveBack(sent.draft.sender, in: sent.draft.room) }
            self.refuse(error.protocolError, id: sent.id, room: sent.draft.room, to: sent.client)
        }
    }
}
