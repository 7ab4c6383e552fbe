import ChatCore
import NIOCore

/// A member's message: it waits for the end of the turn, goes to the broker with others, and is answered.
final class Sends {
    /// Sends that go to the broker together: the messages, and who waits for the answer to each.
    ///
    /// The broker takes the messages as they are; one list of both would copy each message for it.
    private struct Batch {
        var drafts: [Draft] = []
        var senders: [(client: Client, id: Int?)] = []

        mutating func append(_ draft: Draft, from client: Client, id: Int?) {
            self.drafts.append(draft)
            self.senders.append((client, id))
        }
    }

    private let messages: any MessageLog
    private let rulings: RulingDesk
    private let costs: CostGuard
    private let sessions: SessionDesk
    private let speech: SpeechRules
    private let answers: Answers
    private let metrics: ShardMetrics
    private let loop: DeferredWork
    /// Sends of this turn, on their way to the broker.
    private var outgoing = Batch()
    /// Whether the next batch is measured, on its way to the broker and back.
    private var isRoundTripDue = true

    init(_ base: LoopBase, _ speech: SpeechRules, _ answers: Answers) {
        (self.messages, self.rulings, self.costs) = (base.node.messages, base.node.rulings, base.node.costs)
        (self.sessions, self.metrics, self.loop) = (base.sessions, base.metrics, base.loop)
        (self.speech, self.answers) = (speech, answers)
    }

    /// A member sends.
    func send(_ client: Client, _ send: Command.Send, id: Int?) {
        guard let user = client.user else { return }
        let payers = SendLimiter.Send(user: user.id, address: client.address?.block, room: send.room)
        if let error = self.costs.sends.take(payers, now: ContinuousClock.now) {
            return self.answers.refuse(error, id: id, room: send.room, to: client)
        }
        if let error = self.speech.refusal(of: send, by: client, user) {
            self.costs.sends.giveBack(room: send.room, now: .now)
            return self.answers.refuse(error, id: id, room: send.room, to: client)
        }
        if case .shortly(let hash) = client.keptSession { self.keepSession(of: client, hash) }
        let tail = PublicationCodec.tail(sender: user, text: send.text.rawValue, kind: send.kind, key: send.key)
        client.began()
        let draft = Draft(room: send.room, sender: user.id, key: send.key, tail: tail)
        self.outgoing.append(draft, from: client, id: id)
        // Its end publishes what has gathered (``publish()``).
        self.loop.scheduleTurnEnd()
    }

    /// A guest sends something: from now on its session is kept for the full time.
    private func keepSession(of client: Client, _ hash: String) {
        client.keptSession = .long(hash)
        self.loop.start {
            // Its next message tries again.
            if await !self.sessions.keep(hash) { client.keptSession = .shortly(hash) }
        }
    }

    /// Hands the sends of this turn to the broker.
    func publish() {
        guard !self.outgoing.drafts.isEmpty else { return }
        let batch = self.outgoing
        self.outgoing = Batch()
        // Once in a second: the clock is not read for each batch.
        let start = self.isRoundTripDue ? ContinuousClock.now : nil
        self.isRoundTripDue = false
        guard let lanes = self.lanes(of: batch) else { return self.handOver(batch, since: start) }
        for lane in lanes { self.handOver(lane, since: start) }
    }

    private func handOver(_ batch: Batch, since start: ContinuousClock.Instant?) {
        self.loop.start {
            let results = await self.messages.publish(batch.drafts)
            if let start { self.measure(results, since: start) }
            for (index, result) in zip(batch.drafts.indices, results) {
                self.settle(batch.drafts[index], of: batch.senders[index], result)
            }
        }
    }

    /// Divides sends that need not wait for each other; nil when all are in one lane, as mostly.
    private func lanes(of batch: Batch) -> [Batch]? {
        guard batch.drafts.count > 1 else { return nil }
        let lanes = batch.drafts.map { self.messages.lane(of: $0.room) }
        guard let first = lanes.first, lanes.contains(where: { $0 != first }) else { return nil }
        var batches: [Int: Batch] = [:]
        for (index, lane) in lanes.enumerated() {
            let (client, id) = batch.senders[index]
            batches[lane, default: Batch()].append(batch.drafts[index], from: client, id: id)
        }
        return Array(batches.values)
    }

    /// An attempt that failed says how long somebody waits, and not how fast the broker is.
    private func measure(_ results: [Result<Receipt, BrokerError>], since start: ContinuousClock.Instant) {
        let isStored = results.contains { (try? $0.get()) != nil }
        if isStored { self.metrics.didStore(after: .now - start) }
    }

    private func settle(
        _ draft: Draft,
        of sender: (client: Client, id: Int?),
        _ result: Result<Receipt, BrokerError>
    ) {
        sender.client.ended()
        switch result {
        case .success(let receipt):
            if !receipt.isDuplicate { self.metrics.didPublish() }
            self.answers.reply(.sent(draft.room, receipt), id: sender.id, to: sender.client)
        case .failure(let error):
            if self.speech.hasRuledRooms { self.rulings.pauses.giveBack(draft.sender, in: draft.room) }
            self.answers.refuse(error.protocolError, id: sender.id, room: draft.room, to: sender.client)
        }
    }

    /// A second has passed: the next batch is measured.
    func measureNext() { self.isRoundTripDue = true }
}
