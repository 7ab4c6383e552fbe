internal import ChatCore
internal import NIOCore

/// A question that is asked again and again.
protocol RepeatedQuestion {
    associatedtype Answer

    /// The commands, which are answered in order.
    var commands: [RedisCommand] { get }

    /// Reads the replies, one for each command; nil when they are no answer.
    func answer(_ replies: [RedisReply]) -> Answer?
}

/// Something that keeps a connection.
protocol KeptLink: AnyObject {
    /// Keeps it until the task is cancelled, or nobody needs it any more.
    ///
    /// - Parameter onCancel: Called when the task is cancelled while the connection is open.
    func keepConnected(onCancel: @escaping @Sendable () -> Void) async
}

/// The connection to a server that is asked the same question again and again, such as a sentinel.
///
/// It belongs to the broker and is used on its event loop only.
final class QuestionLink<Question: RepeatedQuestion>: KeptLink {
    /// The news of a server.
    enum Event {
        /// It answered; nil: its replies are no answer.
        case answered(Question.Answer?)
        case lost(BrokerError)
    }

    private enum State {
        /// There is no connection, or it is being made.
        case closed
        /// Nothing was asked since; the time of the last question.
        case idle(since: NIODeadline?)
        /// A question was asked then, and these are the replies until now.
        case asked(at: NIODeadline, replies: [RedisReply])
    }

    let address: RedisURL.Address
    private let question: Question
    private let connector: RedisConnector
    private let eventLoop: any EventLoop
    private let interval: TimeAmount
    private let patience: TimeAmount
    private let tell: (Event) -> Void
    private var state = State.closed
    /// The connection, open or being made.
    private var handler: RedisChannelHandler?
    private var backoff = Backoff(ceiling: .seconds(2))
    private var isStopped = false

    /// Makes a link that is connected by ``keepConnected(onCancel:)``.
    ///
    /// - Parameters:
    ///   - address: The server.
    ///   - question: What it is asked.
    ///   - configuration: How often, and for how long to wait.
    ///   - connector: Opens its connections.
    ///   - eventLoop: The loop of the broker.
    ///   - tell: Told of each answer, and of each loss.
    init(
        _ address: RedisURL.Address,
        _ question: Question,
        _ configuration: RedisConfiguration,
        _ connector: RedisConnector,
        on eventLoop: any EventLoop,
        tell: @escaping (Event) -> Void
    ) {
        (self.address, self.question, self.connector, self.eventLoop) = (address, question, connector, eventLoop)
        self.interval = TimeAmount(configuration.sentinelInterval)
        self.patience = TimeAmount(configuration.liveness.answerTimeout)
        self.tell = tell
    }

    /// Keeps the connection until the task is cancelled.
    ///
    /// - Parameter onCancel: Called when the task is cancelled while the connection is open.
    func keepConnected(onCancel: @escaping @Sendable () -> Void) async {
        var random = SystemRandom()
        while !Task.isCancelled, !self.isStopped {
            do {
                let channel = try await self.connector.connect(to: self.address, self.makeHandler(), on: self.eventLoop)
                await withTaskCancellationHandler {
                    try? await channel.closeFuture.get()
                } onCancel: {
                    onCancel()
                    channel.close(promise: nil)
                }
            } catch {
                self.tell(.lost(BrokerError(connection: error)))
            }
            try? await Task.sleep(for: self.backoff.next(.now(), using: &random))
        }
    }

    private func makeHandler() -> RedisChannelHandler {
        let handshake = self.connector.logIn + [RedisCommand("PING")]
        let handler = RedisChannelHandler(.commands, handshake: handshake, usesTLS: self.connector.usesTLS) {
            [weak self] in self?.handle($0)
        }
        self.handler = handler
        return handler
    }

    private func handle(_ event: RedisChannelHandler.Event) {
        switch event {
        case .opened:
            self.backoff.opened(.now())
            self.state = .idle(since: nil)
            self.tick(.now())
        case .replies(let replies): for reply in replies { self.received(reply) }
        case .pushes: break
        case .closed(let reason):
            self.state = .closed
            self.tell(.lost(reason))
        }
    }

    private func received(_ reply: RedisReply) {
        guard case .asked(let time, let before) = self.state else {
            self.handler?.close(.isUnintelligible)
            return
        }
        let replies = before + [reply]
        guard replies.count == self.question.commands.count else {
            self.state = .asked(at: time, replies: replies)
            return
        }
        self.state = .idle(since: time)
        self.tell(.answered(self.question.answer(replies)))
    }

    /// Asks without waiting until it is time, unless that was done a moment ago.
    func askSoon(_ now: NIODeadline, unlessWithin interval: TimeAmount) {
        guard case .idle(let since) = self.state, since.map({ now - $0 >= interval }) ?? true else { return }
        self.state = .idle(since: nil)
        self.tick(now)
    }

    /// Asks when it is time, and gives up a server that does not answer.
    func tick(_ now: NIODeadline) {
        switch self.state {
        case .closed: break
        case .idle(let since?) where now - since < self.interval: break
        case .idle:
            self.state = .asked(at: now, replies: [])
            for command in self.question.commands { self.handler?.send(command) }
        case .asked(let time, replies: _):
            if now - time > self.patience { self.handler?.close(.isSlow) }
        }
    }

    /// Closes the connection, even one that is still being made.
    func stop() {
        self.isStopped = true
        self.handler?.close(.isAway)
    }
}
