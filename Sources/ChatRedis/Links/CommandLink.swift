internal import ChatCore
internal import NIOCore

/// The connection for commands, whether it is open or not: the shell around ``CommandPipeline``.
///
/// It belongs to the broker and is used in its isolation only.
final class CommandLink: RequestTaker {
    private let scripts: RedisScriptSet
    /// The time for which a request may wait for a connection.
    private let patience: TimeAmount
    private let liveness: RedisConfiguration.Liveness
    private var pipeline: CommandPipeline<RedisRequest>
    private var handler: RedisChannelHandler?
    /// The commands that run each script, without its keys; the hashes are known when Redis has loaded the scripts.
    private var heads: [RedisScript: RedisCommand] = [:]
    private var lastUse = NIODeadline.now()
    private var isStopped = false
    /// The last arguments of every script: the run of Redis that the connection leads to, and the number of the node's
    /// list of servers.
    private var tail = RedisCommand("")
    private var run = ""
    private let layout: String
    /// The number that the server has given to the node's list of servers, while that holds.
    var listNumber = "" {
        didSet { self.updateTail() }
    }

    init(scripts: RedisScriptSet, _ configuration: RedisConfiguration, layout: String) {
        (self.scripts, self.layout) = (scripts, layout)
        self.patience = TimeAmount(configuration.patience)
        self.liveness = configuration.liveness
        self.pipeline = CommandPipeline(
            limit: configuration.pendingLimit,
            byteLimit: configuration.pendingByteLimit
        )
    }

    var isActive: Bool { self.handler != nil }

    func submit(_ request: RedisRequest) {
        guard !self.isStopped else { return request.fail(.isAway) }
        var request = request
        let now = NIODeadline.now()
        // One that was sent elsewhere before has its time already.
        request.deadline = min(request.deadline, now + self.patience)
        switch self.pipeline.submit(request, now: now) {
        case .send:
            self.lastUse = now
            self.send(request)
        case .wait: break
        case .refuse: request.fail(.isFull)
        }
    }

    private func send(_ request: RedisRequest) {
        if request.asks { self.handler?.send(RedisCommand("ASKING")) }
        guard let script = request.script else {
            self.handler?.send(request.command)
            return
        }
        guard let head = self.heads[script] else { preconditionFailure("a script runs before it is loaded") }
        self.handler?.send(request.command, after: head, then: self.tail)
    }

    // MARK: The connection

    /// A connection was established; urgent requests go out now, the rest when ``proceed()`` finds those answered.
    ///
    /// - Parameters:
    ///   - handler: The connection.
    ///   - replies: The answers of Redis to the loading of the scripts.
    ///   - run: The run of Redis that it leads to; empty if Redis does not name it.
    func opened(_ handler: RedisChannelHandler, loaded replies: some Sequence<RedisReply>, run: String) {
        self.run = run
        self.updateTail()
        for (script, reply) in zip(self.scripts.all, replies) {
            self.heads[script] = RedisCommand("EVALSHA", reply.string ?? "")
        }
        self.handler = handler
        self.pipeline.opened()
    }

    private func updateTail() {
        self.tail = self.scripts.tail(run: self.run, layout: self.layout, number: self.listNumber)
    }

    func closed() {
        self.handler = nil
        for request in self.pipeline.lost(bulkUntil: .now() + self.patience) { request.fail(.wasLost) }
    }

    func close(_ reason: BrokerError) { self.handler?.close(reason) }

    /// There will be no connection any more: waiting and later requests fail.
    ///
    /// - Parameter givingBack: Whether those that another server can take are given back.
    func stop(givingBack: Bool = false) {
        self.isStopped = true
        for request in self.pipeline.lost(bulkUntil: .distantPast) { request.fail(.isAway) }
        if givingBack { self.withdraw { _ in true } }
        for request in self.pipeline.expire(.distantFuture) { request.fail(.isAway) }
    }

    // MARK: Answers

    func received(_ replies: [RedisReply]) {
        let now = NIODeadline.now()
        var reasonToLeave: BrokerError?
        for reply in replies {
            reasonToLeave = reasonToLeave ?? reply.reasonToLeave
            switch self.pipeline.replied(isNoScript: reply.isNoScript, now: now) {
            case .complete(let request, let overtaken):
                for request in overtaken { request.fail(.wasOvertaken) }
                request.end(reply)
            case .fail(let request): request.fail(.wasOvertaken)
            case .keep: break
            case .loaded: if case .error = reply { self.handler?.close(.isUnintelligible) }
            case .close: self.handler?.close(.isUnintelligible)
            }
        }
        // Not earlier: closing ends the pipeline at once, and callers whose answers have come must get them.
        guard let reasonToLeave else { return self.proceed() }
        self.handler?.close(reasonToLeave)
    }

    /// Sends the requests that may be sent now.
    func proceed() {
        switch self.pipeline.proceed(scripts: self.scripts.all.count, now: .now()) {
        case .none: break
        case .send(let requests, let loadingFirst):
            if loadingFirst { for load in self.scripts.loadCommands { self.handler?.send(load) } }
            for request in requests { self.send(request) }
        }
    }

    /// Gives requests back that were not sent, because their slots have moved to another server.
    func withdraw(where isElsewhere: (RedisRequest) -> Bool) {
        for request in self.pipeline.withdraw(where: { $0.onReturn != nil && isElsewhere($0) }) {
            request.onReturn?(request, .withdrawn)
        }
    }

    // MARK: Time

    /// Fails requests that have waited for too long, and pings an idle connection.
    func tick(_ now: NIODeadline) {
        for request in self.pipeline.expire(now) { request.fail(.isAway) }
        guard self.handler != nil else { return }
        if self.pipeline.silence(now) > TimeAmount(self.liveness.answerTimeout) {
            self.handler?.close(.isSlow)
        } else if now - self.lastUse > TimeAmount(self.liveness.pingInterval) {
            self.ping()
        }
    }

    private func ping() {
        var request = RedisRequest(keyless: RedisCommand("PING"))
        request.isRepeatable = false
        request.priority = .urgent
        self.submit(request)
    }
}
