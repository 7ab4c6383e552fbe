internal import ChatCore

typealias RedisResult = Result<RedisReply, BrokerError>

/// Waits for the last of several answers.
final class Gathering {
    private var results: [RedisResult]
    private var missing: Int
    private let completion: ([RedisResult]) -> Void

    init(_ count: Int, completion: @escaping ([RedisResult]) -> Void) {
        self.results = Array(repeating: .failure(.isAway), count: count)
        self.missing = count
        self.completion = completion
    }

    /// Sends all of the requests, in order.
    func submit(_ requests: [RedisRequest], by send: (RedisRequest) -> Void) {
        for (index, request) in requests.enumerated() {
            var request = request
            request.completion = { self.complete(index, $0) }
            if let onReturn = request.onReturn {
                request.onReturn = {
                    onReturn($0, $1)
                    self.complete(index, .failure(.isAway))
                }
            }
            send(request)
        }
    }

    private func complete(_ index: Int, _ result: RedisResult) {
        self.results[index] = result
        self.missing -= 1
        if self.missing == 0 { self.completion(self.results) }
    }
}
