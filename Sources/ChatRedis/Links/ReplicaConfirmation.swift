internal import ChatCore
internal import NIOCore

/// Stores messages and waits for replicas to have them before the senders are told: one batch at a time, with one
/// `WAIT`.
///
/// `WAIT` covers only the writes of its own connection, so both go over one connection. A connection that is lost in
/// between confirms nothing (https://redis.io/commands/wait). It belongs to the broker and is used on its event loop
/// only.
final class ReplicaConfirmation {
    /// The requests of one call, and the closure that takes the answers.
    private struct PendingCommit {
        var requests: [RedisRequest]
        /// Called once, with the answers to the requests and the number of replicas that confirmed them.
        var completion: (ArraySlice<RedisResult>, Result<Int, BrokerError>) -> Void

        func fail(_ reason: BrokerError) {
            self.completion(ArraySlice(self.requests.map { _ in .failure(reason) }), .failure(reason))
        }
    }

    private let link: CommandLink
    private let needed: Int
    private let timeout: Int
    private let patience: TimeAmount
    private var gate: CommitGate<PendingCommit>

    init(over link: CommandLink, _ configuration: RedisConfiguration) {
        self.link = link
        self.needed = configuration.replicas
        self.timeout = max(1, configuration.replicaTimeout.inMilliseconds)
        self.patience = TimeAmount(configuration.patience)
        self.gate = CommitGate(limit: configuration.pendingLimit / 2)
    }

    /// Sends requests that store messages, and waits until enough replicas have these too.
    ///
    /// - Parameters:
    ///   - requests: The requests; there is at least one.
    ///   - completion: Called once, with the answers to the requests and the number of replicas that confirmed them.
    func commit(
        _ requests: [RedisRequest],
        completion: @escaping (ArraySlice<RedisResult>, Result<Int, BrokerError>) -> Void
    ) {
        let commit = PendingCommit(requests: requests, completion: completion)
        switch self.gate.submit(commit, count: requests.count, deadline: .now() + self.patience) {
        case .begin: self.begin([commit])
        case .wait: break
        case .refuse: commit.fail(.isFull)
        }
    }

    private func begin(_ batch: [PendingCommit]) {
        let requests = batch.flatMap(\.requests) + [self.waitRequest]
        Gathering(requests.count) { results in
            let confirmed = results.last.map(self.confirmation) ?? .success(0)
            var rest = results.dropLast()
            for commit in batch {
                commit.completion(rest.prefix(commit.requests.count), confirmed)
                rest = rest.dropFirst(commit.requests.count)
            }
            if case .begin(let next) = self.gate.finished() { self.begin(next) }
        }.submit(requests) { self.link.submit($0) }
    }

    /// Gives all requests back that wait for the batch before them, because their slots have moved to another server.
    func withdrawAll() {
        for commit in self.gate.takeAll() {
            for request in commit.requests { request.onReturn?(request, .withdrawn) }
            commit.fail(.isAway)
        }
    }

    /// Fails requests that have waited too long for the batch before them.
    func tick(_ now: NIODeadline) {
        for commit in self.gate.expire(now) { commit.fail(.isSlow) }
    }

    private var waitRequest: RedisRequest {
        var request = RedisRequest(keyless: RedisCommand("WAIT", "\(self.needed)", "\(self.timeout)"))
        request.isRepeatable = false
        request.confirmsEarlier = true
        return request
    }

    private func confirmation(_ result: RedisResult) -> Result<Int, BrokerError> {
        result.flatMap { reply in
            guard let count = reply.count else { return .failure(.isUnintelligible) }
            return count >= self.needed ? .success(count) : .failure(.isReplicated(by: count, of: self.needed))
        }
    }
}
