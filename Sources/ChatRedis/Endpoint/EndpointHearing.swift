internal import ChatCore
internal import NIOCore

/// Lets a node publish something to itself over an endpoint: every few seconds, and when somebody asks whether a
/// message would come back.
///
/// It belongs to the endpoint and is used on the broker's event loop only.
final class EndpointHearing {
    /// The channel on which the node hears itself.
    private(set) var channel: ChannelName
    /// The key that the node writes to find out whether it may.
    private(set) var key: String
    /// The slot of both, which is one of the server's; nil: it is no server of a Cluster.
    private(set) var slot: HashSlot?
    /// Whether nodes of the first layout are present, by the last answer of Redis.
    private(set) var legacyNodes = LegacyNodes.present

    private let commands: CommandLink
    private let subscriptions: SubscriptionLink
    private let keys: RedisKeys
    private let incarnation: String
    private let eventLoop: any EventLoop
    private let patience: TimeAmount
    private var watch = HearingWatch(now: .now())
    private var probes: [ByteString: Waiter<Void>] = [:]
    private var random = SystemRandom()

    init(
        over commands: CommandLink,
        _ subscriptions: SubscriptionLink,
        keys: RedisKeys,
        incarnation: String,
        slot: HashSlot?,
        on eventLoop: any EventLoop,
        patience: Duration
    ) {
        self.channel = ChannelName(keys.nodeChannel(incarnation, in: slot))
        self.key = keys.node(incarnation, in: slot)
        (self.slot, self.incarnation) = (slot, incarnation)
        self.commands = commands
        self.subscriptions = subscriptions
        self.keys = keys
        self.eventLoop = eventLoop
        self.patience = TimeAmount(patience)
    }

    /// A new name, for a run or for a word to itself.
    func newNonce() -> String { Base36.random(digits: 16, using: &self.random) }

    /// The server has another slot from now on, and not the one before.
    func move(to slot: HashSlot) {
        self.subscriptions.forget(self.channel)
        self.channel = ChannelName(self.keys.nodeChannel(self.incarnation, in: slot))
        self.key = self.keys.node(self.incarnation, in: slot)
        self.slot = slot
        self.restart()
        self.subscriptions.subscribe(self.channel)
    }

    // MARK: Hearing oneself

    /// A connection was established: words that were sent before it need not come back.
    func restart() { self.watch.restart(at: .now()) }

    /// Something was delivered.
    func receivedSomething(_ now: NIODeadline) { self.watch.receivedSomething(at: now) }

    /// Publishes a word, if it is time.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - told: Takes the name of the run to which Redis' data belong.
    /// - Returns: Whether the word has not come back, or its channel is not confirmed, so that the subscriptions do not
    ///   work.
    func isDeaf(_ now: NIODeadline, _ told: @escaping (String) -> Void) -> Bool {
        guard self.commands.isActive, self.subscriptions.isActive else {
            self.watch.restart(at: now)
            return false
        }
        guard self.subscriptions.isLive(self.channel) else { return self.watch.tickUnconfirmed(now) == .giveUp }
        switch self.watch.tick(now) {
        case .none: return false
        case .say:
            self.say(told)
            return false
        case .giveUp: return true
        }
    }

    /// Publishes a word to the node itself, and asks which other nodes are there.
    func say(_ told: @escaping (String) -> Void) {
        let word = self.newNonce()
        self.watch.said(word)
        // In a Cluster, this server must have the key.
        var request = RedisRequest(.beat, keys: self.slot == nil ? self.keys.layout : self.key) {
            $0.append(self.channel.rawValue)
            $0.append(word)
            $0.append(self.keys.control)
            $0.append(self.keys.layoutChannel)
            $0.append(RedisKeys.layoutVersion)
            $0.append(self.newNonce())
        }
        request.priority = .urgent
        request.completion = { result in
            guard case .success(let reply) = result, let parts = reply.array, parts.count == 3 else {
                return self.restart()
            }
            self.watch.published(word, at: .now())
            told(parts[2].string ?? "")
            self.legacyNodes = parts[0].integer == 1 ? .present : parts[1].integer == 1 ? .remembered : .gone
        }
        self.commands.submit(request)
    }

    /// A message has come on the node's own channel.
    func heard(_ payload: ByteBuffer) {
        let word = String(buffer: payload)
        self.watch.heard(word, at: .now())
        self.probes.removeValue(forKey: ByteString(word))?.resume(.success(()))
    }

    // MARK: Probing

    /// Proves by a round trip that a message would be stored and come back.
    func probe() async throws(BrokerError) {
        let nonce = self.newNonce()
        let result = await withCheckedContinuation { continuation in
            self.probes[ByteString(nonce)] = Waiter(continuation, patience: self.patience, on: self.eventLoop)
            // Without the subscription the probe would get lost; it is sent when the subscription is confirmed.
            if self.subscriptions.isLive(self.channel) { self.send(nonce) }
        }
        self.probes[ByteString(nonce)] = nil
        try result.get()
    }

    /// The subscription of the node's own channel is confirmed: sends the probes that waited for it.
    func sendProbes() {
        for nonce in self.probes.keys { self.send(nonce.rawValue) }
    }

    /// Fails all probes with the reason.
    func fail(_ reason: BrokerError) {
        for probe in self.probes.values { probe.resume(.failure(reason)) }
    }

    private func send(_ nonce: String) {
        var request = RedisRequest(.probe, keys: self.key) {
            $0.append(self.channel.rawValue)
            $0.append(nonce)
        }
        request.completion = { result in
            guard case .failure(let error) = result else { return }
            self.probes.removeValue(forKey: ByteString(nonce))?.resume(.failure(error))
        }
        self.commands.submit(request)
    }
}
