internal import ChatCore
internal import Logging
internal import NIOCore

/// Finds the primary by asking all sentinels, and follows it from server to server.
///
/// It belongs to the broker and is used on its event loop only.
final class PrimaryFinder {
    /// Called when another server has become the primary.
    var moved: () -> Void = {}

    private(set) var links: [QuestionLink<SentinelQuestion>] = []
    private let question: SentinelQuestion
    private let eventLoop: any EventLoop
    private let patience: TimeAmount
    private let logger: Logger
    private var view = PrimaryView()
    private var waiters: [Waiter<RedisURL.Address>] = []
    /// Why there is no answer.
    private var reason = BrokerError(.away, "no sentinel has answered yet")
    private var isStopped = false

    /// Makes a finder whose links are to be kept connected.
    ///
    /// - Parameters:
    ///   - name: The name under which the sentinels know the primary.
    ///   - sentinels: Their addresses.
    ///   - configuration: The settings for Redis.
    ///   - eventLoop: The loop of the broker.
    ///   - logger: Told when another server has become the primary.
    /// - Throws: An error when TLS cannot be set up.
    init(
        _ name: String,
        sentinels: [RedisURL.Address],
        _ configuration: RedisConfiguration,
        on eventLoop: any EventLoop,
        logger: Logger
    ) throws {
        self.question = SentinelQuestion(name: name)
        (self.eventLoop, self.logger) = (eventLoop, logger)
        self.patience = TimeAmount(configuration.connectTimeout)
        let connector = try RedisConnector(sentinelsOf: configuration)
        self.links = sentinels.enumerated().map { number, address in
            QuestionLink(address, self.question, configuration, connector, on: eventLoop) { [weak self] event in
                self?.handle(event, of: number)
            }
        }
    }

    /// Where the primary is; waits for the first answer of a sentinel.
    ///
    /// - Throws: ``BrokerError`` with the reason, when none answers in time.
    func primary() async throws(BrokerError) -> RedisURL.Address {
        if let primary = self.view.primary { return primary }
        guard !self.isStopped else { throw .isAway }
        let result = await withCheckedContinuation { continuation in
            self.waiters = self.waiters.filter { !$0.isDone }
            self.waiters.append(Waiter(continuation, patience: self.patience, on: self.eventLoop))
        }
        guard case .success(let primary) = result else { throw self.reason }
        return primary
    }

    private func handle(_ event: QuestionLink<SentinelQuestion>.Event, of sentinel: Int) {
        switch event {
        case .answered(let answer):
            if answer == nil { self.reason = BrokerError(.away, "a sentinel knows no primary of this name") }
            self.follow(self.view.told(answer, by: sentinel))
        case .lost(let reason):
            self.reason = BrokerError(.away, "a sentinel cannot be asked: \(reason.reason)")
            self.follow(self.view.lost(sentinel))
        }
    }

    private func follow(_ change: PrimaryView.OnTold) {
        switch change {
        case .none: break
        case .found(let primary):
            for waiter in self.waiters { waiter.resume(.success(primary)) }
            self.waiters = []
        case .moved(let primary):
            self.logger.notice("the sentinels name another primary", metadata: ["primary": "\(primary)"])
            self.moved()
        }
    }

    /// Asks the sentinels when it is time.
    func tick(_ now: NIODeadline) {
        for link in self.links { link.tick(now) }
    }

    /// Closes all connections, and ends all waiting.
    func stop() {
        self.isStopped = true
        for link in self.links { link.stop() }
        for waiter in self.waiters { waiter.resume(.failure(.isAway)) }
    }
}
