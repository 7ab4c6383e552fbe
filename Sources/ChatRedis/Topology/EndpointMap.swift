internal import ChatCore
internal import NIOCore

/// Maps keys to Redis servers, and sends each request to the server that has its keys: the one place that knows how many
/// servers there are.
///
/// With one server, all data are there. It belongs to the broker and is used on its event loop only.
final class EndpointMap {
    /// The answer to a request that stores something.
    struct Stored {
        var result: RedisResult
        /// The number of replicas that have it; nil if none are asked.
        var confirmed: Result<Int, BrokerError>?
    }

    private let only: RedisEndpoint

    init(_ only: RedisEndpoint) { self.only = only }

    /// All servers.
    var all: [RedisEndpoint] { [self.only] }

    /// Whether all servers are usable.
    var isActive: Bool { self.only.isActive }

    /// The server that has a key, or on which a channel is published.
    func endpoint(of key: String) -> RedisEndpoint { self.only }

    /// Whether nodes of the first layout may know some of a room's data.
    var legacyNodes: LegacyNodes { self.only.hearing.legacyNodes }

    // MARK: Requests

    /// Sends a request to the server that has its keys; requests of one room keep their order.
    func submit(_ request: RedisRequest) { self.link(request.way, of: self.only).submit(request) }

    private func link(_ way: RedisRequest.Way, of endpoint: RedisEndpoint) -> CommandLink {
        switch way {
        case .commands: endpoint.commands
        case .log: endpoint.logLink
        }
    }

    /// Sends a request and waits for the answer, with a time limit.
    func perform(_ request: RedisRequest) async throws(BrokerError) -> RedisReply {
        try await withCheckedContinuation { (continuation: CheckedContinuation<RedisResult, Never>) in
            var request = request
            request.completion = { continuation.resume(returning: $0) }
            self.submit(request)
        }.get()
    }

    /// Sends requests together, those of each server in order, and waits for all answers.
    func performAll(_ requests: [RedisRequest]) async -> [RedisResult] {
        guard !requests.isEmpty else { return [] }
        return await withCheckedContinuation { continuation in
            Gathering(requests.count) { continuation.resume(returning: $0) }.submit(requests) { self.submit($0) }
        }
    }

    /// Sends requests that store something, and waits until enough replicas have it, if any are asked.
    func store(_ requests: [RedisRequest]) async -> [Stored] {
        guard !requests.isEmpty else { return [] }
        guard let confirmation = self.only.confirmation else {
            return await self.performAll(requests).map { Stored(result: $0, confirmed: nil) }
        }
        return await withCheckedContinuation { continuation in
            confirmation.commit(requests) { results, confirmed in
                continuation.resume(returning: results.map { Stored(result: $0, confirmed: confirmed) })
            }
        }
    }
}
