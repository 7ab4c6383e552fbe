internal import ChatCore

/// The answer of the script `send`: the result for each message of a batch.
struct SendAnswer {
    /// In the order of the messages.
    private(set) var results: [Result<Receipt, BrokerError>]

    /// Parses the answer for this number of messages.
    init(_ result: RedisResult, count: Int) {
        self.results =
            switch result {
            case .failure(let reason): Array(repeating: .failure(reason), count: count)
            case .success(let reply):
                Self.receipts(reply, count: count) ?? Array(repeating: .failure(.isUnintelligible), count: count)
            }
    }

    /// The lowest possible head of the log, with the time of its message where this send has stored it.
    var lastPosition: LogPosition? {
        let receipts = self.results.lazy.compactMap { try? $0.get() }
        return receipts.max { $0.position.seq < $1.position.seq }.map { last in
            var position = last.position
            // A deletion that is asked for again is answered with the time of its answer.
            if last.isDuplicate { position.time = nil }
            return position
        }
    }

    /// Adds the number of replicas that have the messages, or an error when they may not be enough.
    func confirmed(by replicas: Result<Int, BrokerError>) -> SendAnswer {
        var answer = self
        answer.results = self.results.map { result in
            result.flatMap { receipt in
                replicas.map { count in
                    var receipt = receipt
                    receipt.replicas = count
                    return receipt
                }
                // It is stored, whether or not replicas confirmed it.
                .mapError { BrokerError(.unconfirmed, $0.reason) }
            }
        }
        return answer
    }

    private static func receipts(_ reply: RedisReply, count: Int) -> [Result<Receipt, BrokerError>]? {
        guard let parts = reply.array, let epoch = parts.first?.epoch else { return nil }
        var results: [Result<Receipt, BrokerError>] = []
        results.reserveCapacity(count)
        var rest = parts.dropFirst()
        while results.count < count {
            // The messages after one that could not be stored were not tried.
            if case .error(let text)? = rest.first {
                let refused = Result<Receipt, BrokerError>.failure(BrokerError(redis: text))
                return results + Array(repeating: refused, count: count - results.count)
            }
            guard rest.count >= 3, let seq = rest[rest.startIndex].count, let time = rest[rest.startIndex + 1].count
            else {
                return nil
            }
            let position = LogPosition(epoch: epoch, seq: seq, time: time)
            let isDuplicate = rest[rest.startIndex + 2].count == 1
            results.append(.success(Receipt(position: position, time: time, isDuplicate: isDuplicate)))
            rest = rest.dropFirst(3)
        }
        return results
    }
}
