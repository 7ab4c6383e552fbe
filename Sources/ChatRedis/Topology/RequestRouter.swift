internal import ChatCore
internal import NIOCore

/// Maps keys to Redis servers, and sends each request to the server that has its keys: the one place that knows how many
/// servers there are.
///
/// With one server, all data are there; the servers of a Cluster have some of the slots each. It belongs to the broker and
/// is used on its event loop only.
final class RequestRouter: RequestTaker {
    /// The answer to a request that stores something.
    struct Stored {
        var result: RedisResult
        /// The number of replicas that have it; nil if none are asked.
        var confirmed: Result<Int, BrokerError>?
    }

    private enum Kind {
        case server(RedisEndpoint)
        case cluster(SlotRouter, asksReplicas: Bool)
    }

    private let kind: Kind

    /// Makes the map of one server that has all data.
    init(_ only: RedisEndpoint) { self.kind = .server(only) }

    /// Makes the map of a Cluster.
    init(_ router: SlotRouter, asksReplicas: Bool) { self.kind = .cluster(router, asksReplicas: asksReplicas) }

    /// The form of Redis; until the layout of a Cluster is known, with sharded channels.
    var form: RedisForm { self.isCluster ? .cluster(isSharded: true) : .server }

    /// All servers that have data.
    var all: [RedisEndpoint] {
        switch self.kind {
        case .server(let only): [only]
        case .cluster(let router, _): router.members.all
        }
    }

    /// Whether some server is usable.
    var isActive: Bool {
        switch self.kind {
        case .server(let only): only.isActive
        case .cluster(let router, _): router.members.all.contains(where: \.isActive)
        }
    }

    /// Whether slots move between servers.
    var isCluster: Bool { self.cluster != nil }

    /// The reason why some data cannot be used, if that is so and known.
    var reason: BrokerError? { self.all.lazy.compactMap(\.reason).first }

    /// The reason why this server cannot use the data that it found at the start.
    var refusal: BrokerError? { self.all.lazy.compactMap(\.refusal).first ?? self.cluster?.finder.refusal }

    /// The servers of a Cluster; nil: there is one server.
    var cluster: SlotRouter? {
        guard case .cluster(let router, _) = self.kind else { return nil }
        return router
    }

    /// The server that has a key, or on which a channel is published; nil: nobody knows one.
    func endpoint(of key: String) -> RedisEndpoint? {
        switch self.kind {
        case .server(let only): only
        case .cluster(let router, _): router.members.endpoint(of: HashSlot(of: key))
        }
    }

    /// Whether the server that has a key is usable.
    func isActive(for key: String) -> Bool { self.endpoint(of: key)?.isActive == true }

    /// Whether nodes of the first layout may know some of a room's data.
    var legacyNodes: LegacyNodes {
        guard case .server(let only) = self.kind else { return .gone }
        return only.hearing.legacyNodes
    }

    /// Proves by a round trip to each server that a message would be stored and come back.
    func probe(_ key: String) async throws(BrokerError) {
        if let cluster {
            do {
                _ = try await self.perform(RedisRequest(RedisCommand("HGET", key, "version"), on: key))
            } catch {
                throw cluster.members.all.isEmpty ? cluster.finder.reason : self.reason ?? error
            }
        }
        for endpoint in self.all { try await endpoint.probe() }
    }

    // MARK: Time

    /// Handles deadlines, and connections that may be dead.
    func tick(_ now: NIODeadline) {
        for endpoint in self.all { endpoint.tick(now) }
        self.cluster?.tick(now)
    }

    /// Closes all connections; waiting and later requests fail.
    func stop() {
        self.cluster?.stop()
        for endpoint in self.all { endpoint.stop() }
    }

    // MARK: Requests

    /// Sends a request to the server that has its keys; requests of one room keep their order.
    func submit(_ request: RedisRequest) {
        switch self.kind {
        case .server(let only): only.link(request.way).submit(request)
        case .cluster(let router, _): router.submit(request)
        }
    }

    /// Sends requests that store something, and waits until enough replicas have it, if any are asked.
    func store(_ requests: [RedisRequest]) async -> [Stored] {
        guard !requests.isEmpty else { return [] }
        switch self.kind {
        case .cluster(let router, asksReplicas: true): return await self.store(requests, by: router)
        case .server(let only):
            guard let confirmation = only.confirmation else { break }
            return await withCheckedContinuation { continuation in
                confirmation.commit(requests) { results, confirmed in
                    continuation.resume(returning: results.map { Stored(result: $0, confirmed: confirmed) })
                }
            }
        case .cluster: break
        }
        return await self.performAll(requests).map { Stored(result: $0, confirmed: nil) }
    }

    /// The replicas of each server confirm what was stored there.
    private func store(_ requests: [RedisRequest], by router: SlotRouter) async -> [Stored] {
        await withCheckedContinuation { continuation in
            var answers = [Stored?](repeating: nil, count: requests.count)
            var missing = requests.count
            let routed = requests.enumerated().map { index, request in
                var routed = request
                routed.way = .confirmed
                let answer = { (result: RedisResult, confirmed: Result<Int, BrokerError>) in
                    answers[index] = Stored(result: result, confirmed: confirmed)
                    missing -= 1
                    if missing == 0 { continuation.resume(returning: answers.compactMap { $0 }) }
                }
                routed.onConfirmed = answer
                // It fails before it is sent.
                routed.completion = { answer($0, .failure(.isAway)) }
                return routed
            }
            router.submit(routed)
        }
    }
}
