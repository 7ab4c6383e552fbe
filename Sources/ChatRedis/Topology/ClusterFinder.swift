internal import ChatCore
internal import Logging
internal import NIOCore

/// Finds out where the slots of a Cluster are, by asking some of its servers again and again, and how its data are laid
/// out.
///
/// The servers of the URL are asked over links of their own, the primaries over their connections for commands: any one
/// that answers is enough. It belongs to the broker and is used on its event loop only.
final class ClusterFinder {
    /// The time between two questions out of turn.
    private static let shortInterval = TimeAmount.milliseconds(100)

    /// Called with the slots that are at other servers than before.
    var moved: ([HashSlot]) -> Void = { _ in }
    /// Called once, when the layout of the data is known.
    var found: (ClusterLayout) -> Void = { _ in }
    /// Called when there is another link to keep connected.
    var began: (any KeptLink) -> Void = { _ in }

    private(set) var view = ClusterView()
    /// Why nobody says where the slots are.
    private(set) var reason = BrokerError(.away, "no server of the Redis Cluster has answered yet")

    private let seeds: [RedisURL.Address]
    private let connector: RedisConnector
    private let configuration: RedisConfiguration
    private let keys: RedisKeys
    private let eventLoop: any EventLoop
    private let interval: TimeAmount
    private var links: [QuestionLink<ClusterQuestion>] = []
    private var layout: QuestionLink<LayoutQuestion>?
    private var isLayoutKnown = false
    private var isStopped = false
    /// The reason why this server cannot use the data.
    private(set) var refusal: BrokerError?
    private var asked: [RedisURL.Address: NIODeadline] = [:]

    init(
        _ seeds: [RedisURL.Address],
        _ connector: RedisConnector,
        _ configuration: RedisConfiguration,
        _ keys: RedisKeys,
        on eventLoop: any EventLoop
    ) {
        (self.seeds, self.connector, self.configuration) = (seeds, connector, configuration)
        (self.keys, self.eventLoop) = (keys, eventLoop)
        self.interval = TimeAmount(configuration.sentinelInterval)
    }

    /// Begins to ask.
    func begin() {
        for seed in self.seeds {
            let question = ClusterQuestion(server: seed)
            let link = QuestionLink(seed, question, self.configuration, self.connector, on: self.eventLoop) {
                [weak self] event in self?.handle(event, of: seed)
            }
            self.links.append(link)
            self.began(link)
        }
    }

    private func handle(_ event: QuestionLink<ClusterQuestion>.Event, of server: RedisURL.Address) {
        switch event {
        case .answered(let answer?): self.told(answer, by: server)
        case .answered(nil):
            self.reason = BrokerError(
                .away,
                "the Redis of the URL is no server of a Cluster, or the user may not ask it"
            )
        case .lost(let reason):
            self.reason = BrokerError(.away, "no server of the Redis Cluster can be asked: \(reason.reason)")
            self.lost(server)
        }
    }

    private func told(_ answer: ClusterAnswer, by server: RedisURL.Address) {
        if answer.ranges.isEmpty { self.reason = BrokerError(.away, "no slot of the Redis Cluster has a server") }
        self.follow(self.view.told(answer, by: server, .now()))
    }

    /// A server is out of reach: what it said last does not count any more.
    func lost(_ server: RedisURL.Address) { self.follow(self.view.lost(server, .now())) }

    /// A server says that a slot is elsewhere.
    func redirected(_ slot: HashSlot, to owner: RedisURL.Address) {
        self.follow(self.view.redirected(slot, to: owner, .now()))
    }

    private func follow(_ news: ClusterView.OnNews) {
        guard case .changed(let slots) = news, !self.isStopped else { return }
        if !self.isLayoutKnown { self.askForLayout() }
        self.moved(slots)
    }

    /// The data cannot be used.
    func refuse(_ reason: BrokerError) {
        (self.refusal, self.reason) = (reason, reason)
        self.stop()
    }

    // MARK: The layout

    /// Nothing is read or written before the server that has the layout has said which it is.
    private func askForLayout() {
        guard let owner = self.view.owner(of: HashSlot(of: self.keys.layout)), owner != self.layout?.address else {
            return
        }
        self.layout?.stop()
        let question = LayoutQuestion(key: self.keys.layout)
        let link = QuestionLink(owner, question, self.configuration, self.connector, on: self.eventLoop) {
            [weak self] event in
            self?.handle(event)
        }
        self.layout = link
        self.began(link)
    }

    private func handle(_ event: QuestionLink<LayoutQuestion>.Event) {
        guard !self.isLayoutKnown else { return }
        switch event {
        case .answered(.success(let layout)?):
            self.isLayoutKnown = true
            self.layout?.stop()
            self.found(layout)
        case .answered(.failure(let reason)?), .lost(let reason):
            self.reason = BrokerError(.away, "the layout of the data cannot be read: \(reason.reason)")
        case .answered(nil): break
        }
    }

    // MARK: Asking

    /// Asks when it is time.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - members: The servers that have slots.
    func tick(_ now: NIODeadline, _ members: [RedisEndpoint]) {
        for link in self.links { link.tick(now) }
        self.layout?.tick(now)
        self.follow(self.view.tick(now))
        self.ask(members, after: self.interval, now)
    }

    /// Asks without waiting until it is time: something does not agree with the answers.
    func askSoon(_ members: [RedisEndpoint]) {
        let now = NIODeadline.now()
        for link in self.links { link.askSoon(now, unlessWithin: Self.shortInterval) }
        self.ask(members, after: Self.shortInterval, now)
    }

    private func ask(_ members: [RedisEndpoint], after interval: TimeAmount, _ now: NIODeadline) {
        for endpoint in members {
            guard let server = endpoint.member, endpoint.commands.isActive,
                self.asked[server].map({ now - $0 >= interval }) ?? true
            else { continue }
            self.asked[server] = now
            let requests = ClusterAnswer.commands.map { command in
                var request = RedisRequest(keyless: command)
                request.priority = .urgent
                request.isRepeatable = false
                return request
            }
            Gathering(requests.count) { [weak self] results in
                guard let replies = try? results.map({ try $0.get() }), endpoint.commands.isActive,
                    let answer = ClusterAnswer(replies, from: server)
                else { return }
                self?.told(answer, by: server)
            }.submit(requests) { endpoint.commands.submit($0) }
        }
        if self.asked.count > 2 * ClusterView.mostServers { self.asked = [:] }
    }

    /// Closes all connections.
    func stop() {
        self.isStopped = true
        for link in self.links { link.stop() }
        self.layout?.stop()
    }
}
