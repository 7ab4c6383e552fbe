internal import ChatClient
internal import ChatCore
internal import ChatWords
internal import Synchronization

/// One client of a run: it talks, comes and goes at random, and everything on its wire is recorded.
actor VerifyClient {
    let client: ChatClient
    private let index: Int
    private let plan: VerifyPlan
    private let transcript: Transcript
    private var generator: SplitMix64
    private var server: Int
    private var joined: [RoomName] = []
    private var keysMade = 0
    /// The last reason for which there was no connection.
    private var trouble: String?

    /// The transcript, shared by the client that writes it and the run that reads it.
    private final class Transcript: Sendable {
        let wire = Mutex(WireTranscript())
    }

    init(_ index: Int, _ plan: VerifyPlan) throws(ClientError) {
        self.index = index
        self.plan = plan
        self.transcript = Transcript()
        self.generator = SplitMix64(seed: plan.seed &+ UInt64(index) &* 0x2545_F491_4F6C_DD1D)
        self.server = index % plan.servers.count
        self.client = try ChatClient(plan.servers[self.server])
    }

    /// Runs a question over what was recorded until now.
    ///
    /// The transcript itself is not handed out during the run: the next record would then have to copy all earlier
    /// ones.
    nonisolated func seen<Answer: Sendable>(_ question: (WireTranscript) -> Answer) -> Answer {
        self.transcript.wire.withLock { question($0) }
    }

    /// Connects and stays connected until it is closed.
    func run() async {
        let transcript = self.transcript
        await self.client.observe { observation in transcript.wire.withLock { $0.observed(observation) } }
        do throws(ClientError) { try await self.client.run() } catch { self.trouble = Words.of(error) }
    }

    /// Takes the events.
    ///
    /// Only one matters: when there is no connection, another node may accept one.
    func listen() async {
        for await event in self.client.events {
            guard case .connection(.waiting(_, let failure)) = event else { continue }
            self.trouble = Words.of(failure)
            if self.plan.servers.count > 1 { try? await self.move(to: (self.server + 1) % self.plan.servers.count) }
        }
    }

    /// Takes random steps until the task is cancelled.
    func act() async {
        let count = Int.random(in: 1...self.plan.rooms.count, using: &self.generator)
        let rooms = self.plan.rooms.shuffled(using: &self.generator).prefix(count)
        for room in rooms { try? await self.perform(.join(room, .live)) }
        while !Task.isCancelled {
            try? await Task.sleep(for: self.plan.pause(using: &self.generator))
            guard !Task.isCancelled else { return }
            let step = self.plan.step(joined: self.joined, server: self.server, using: &self.generator)
            try? await self.perform(step)
        }
    }

    private func perform(_ step: VerifyStep) async throws {
        switch step {
        case .send(let room):
            self.keysMade += 1
            let key = try IdempotencyKey("\(self.plan.keyPrefix)-\(self.index)-\(self.keysMade)")
            // Nobody waits for the receipt: the transcript records it.
            _ = try await self.client.enqueue(room, "\(key) 안녕 👋🏽", key: key)
        case .join(let room, let start):
            if !self.joined.contains(room) { self.joined.append(room) }
            try await self.client.join(room, from: start)
        case .leave(let room):
            self.joined.removeAll { $0 == room }
            try await self.client.leave(room)
        case .interrupt: await self.client.interrupt()
        case .move(let server): try await self.move(to: server)
        }
    }

    private func move(to server: Int) async throws {
        self.server = server
        try await self.client.move(to: self.plan.servers[server])
    }
}

// MARK: - The end of a run

extension VerifyClient {
    /// Waits until every send has its answer and the client is in its rooms.
    func becomeQuiet(until deadline: ContinuousClock.Instant) async {
        while ContinuousClock.now < deadline {
            let rooms = await self.client.rooms
            let isBack = self.seen { $0.isWelcome && $0.missing(of: rooms).isEmpty }
            if isBack, await self.client.unconfirmed == 0 { return }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Comes back once more, and waits until it has everything that its rooms have.
    func resume(until deadline: ContinuousClock.Instant) async {
        let connections = self.seen(\.connections)
        await self.client.interrupt()
        while ContinuousClock.now < deadline {
            let rooms = await self.client.rooms
            if self.seen({ $0.connections > connections && $0.isDrained(in: rooms) }) { return }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Everything that the client did and saw.
    func history() async -> WireHistory.Client {
        let rooms = await self.client.rooms
        let wire = self.seen(\.self)
        var history = WireHistory.Client(records: wire.records)
        if !wire.isWelcome {
            history.trouble = Sentence(
                "did not come back in time: {reason}",
                ["reason": self.trouble ?? Phrase.noConnection()]
            )
        } else if let room = wire.missing(of: rooms).first {
            history.trouble = Sentence("did not get back into {room} in time", ["room": room.rawValue])
        }
        return history
    }
}
