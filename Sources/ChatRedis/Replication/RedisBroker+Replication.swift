internal import ChatCore
internal import NIOCore

/// What one call of ``RedisBroker/publish(_:)`` hands over, and what is done with the answers.
struct Commit {
    var requests: [RedisRequest]
    /// Called once, on the broker's event loop: the answers to the requests, and how many replicas have confirmed them.
    var completion: (ArraySlice<RedisResult>, Result<Int, BrokerError>) -> Void
}

extension RedisBroker {
    /// Stores messages and waits until enough replicas have them too.
    ///
    /// `WAIT` speaks of the writes of its own connection, so both go over one connection, and one that is lost in
    /// between confirms nothing (https://redis.io/commands/wait).
    func commit(_ requests: [RedisRequest]) async -> (ArraySlice<RedisResult>, Result<Int, BrokerError>) {
        guard !requests.isEmpty else { return ([], .success(0)) }
        return await withCheckedContinuation { continuation in
            let commit = Commit(requests: requests) { continuation.resume(returning: ($0, $1)) }
            let deadline = NIODeadline.now() + TimeAmount(self.configuration.patience)
            switch self.commits.submit(commit, count: requests.count, deadline: deadline) {
            case .begin: self.begin([commit])
            case .wait: break
            case .refuse: commit.fail(.isFull)
            }
        }
    }

    private func begin(_ batch: [Commit]) {
        let requests = batch.flatMap(\.requests) + [self.waitRequest]
        let gathering = Gathering(requests.count) { results in
            let confirmed = results.last.map(self.confirmation) ?? .success(0)
            var rest = results.dropLast()
            for commit in batch {
                commit.completion(rest.prefix(commit.requests.count), confirmed)
                rest = rest.dropFirst(commit.requests.count)
            }
            if case .begin(let next) = self.commits.finished() { self.begin(next) }
        }
        gathering.submit(requests, to: self.logLink)
    }

    /// Fails what has waited too long for the batch before it.
    func expireCommits(_ now: NIODeadline) {
        for commit in self.commits.expire(now) { commit.fail(.isSlow) }
    }

    private var waitRequest: RedisRequest {
        let timeout = max(1, self.configuration.replicaTimeout.inMilliseconds)
        var request = RedisRequest(RedisCommand("WAIT", "\(self.configuration.replicas)", "\(timeout)"))
        request.isRepeatable = false
        request.confirmsEarlier = true
        return request
    }

    private func confirmation(_ result: RedisResult) -> Result<Int, BrokerError> {
        result.flatMap { reply in
            guard let count = reply.count else { return .failure(.isUnintelligible) }
            let needed = self.configuration.replicas
            return count >= needed ? .success(count) : .failure(.isReplicated(by: count, of: needed))
        }
    }
}

extension Commit {
    fileprivate func fail(_ reason: BrokerError) {
        self.completion(ArraySlice(self.requests.map { _ in .failure(reason) }), .failure(reason))
    }
}
