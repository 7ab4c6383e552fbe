internal import ChatCore

/// What takes requests: a connection, or what finds the right connection for each of them.
protocol RequestTaker: AnyObject {
    /// Sends a request; its completion is called with the answer.
    func submit(_ request: RedisRequest)
}

extension RequestTaker {
    /// Sends a request and waits for the answer, with a time limit.
    func perform(_ request: RedisRequest) async throws(BrokerError) -> RedisReply {
        try await withCheckedContinuation { (continuation: CheckedContinuation<RedisResult, Never>) in
            var request = request
            request.completion = { continuation.resume(returning: $0) }
            self.submit(request)
        }.get()
    }

    /// Sends requests together, in order, and waits for all answers.
    func performAll(_ requests: [RedisRequest]) async -> [RedisResult] {
        guard !requests.isEmpty else { return [] }
        return await withCheckedContinuation { continuation in
            Gathering(requests.count) { continuation.resume(returning: $0) }.submit(requests) { self.submit($0) }
        }
    }
}
