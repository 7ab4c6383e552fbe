import ChatCore
import Synchronization

/// What users, addresses and rooms may still cost this node: one limiter for each row of docs/LIMITS.md that is a rate.
///
/// The shards and HTTP share it, since whoever is refused on one loop could otherwise go to the next.
final class CostGuard: Sendable {
    let refusals: RefusalMetrics
    let sends: SendLimiter
    let typing: RateLimiter<AddressBlock>
    let renames: RenameLimiter
    let sessions: RateLimiter<AddressBlock>
    let joins: RateLimiter<AddressBlock>
    let newRooms: RateLimiter<AddressBlock>
    let replayBytes: RateLimiter<AddressBlock>
    let requests: RateLimiter<AddressBlock>
    let buffers: BufferGauge
    private let ceilings: Mutex<Ceilings>
    private let underWay = Atomic<Int>(0)

    private struct Ceilings {
        var rooms: Int?
        var members: Int?
        var joins: Int?
        var requests: Int?

        init(_ cost: CostLimits) {
            (self.rooms, self.members) = (cost.rooms, cost.membersPerRoom)
            (self.joins, self.requests) = (cost.joinsWaiting, cost.requestsUnderWay)
        }
    }

    /// Makes the guard of a node.
    init(_ limits: Limits, metrics: MetricsRegistry) {
        let refusals = RefusalMetrics(of: metrics)
        let cost = limits.cost
        self.refusals = refusals
        self.sends = SendLimiter(limits, refusals)
        self.typing = RateLimiter(.typingPerAddress, cost.typing, "an address gives", "signs of typing", refusals)
        self.renames = RenameLimiter(cost, refusals)
        self.sessions = RateLimiter(
            .sessionsPerAddress,
            cost.sessions,
            "an address opens",
            "new sessions",
            refusals
        )
        self.joins = RateLimiter(.joinsPerAddress, cost.joins, "an address joins", "rooms", refusals)
        self.newRooms = RateLimiter(.newRoomsPerAddress, cost.newRooms, "an address begins", "rooms", refusals)
        self.replayBytes = RateLimiter(
            .replayBytesPerAddress,
            cost.replayBytes,
            "an address reads",
            "bytes of the past",
            refusals
        )
        self.requests = RateLimiter(.requestsPerAddress, cost.requests, "an address makes", "requests", refusals)
        self.buffers = BufferGauge(ceiling: cost.bufferedBytes ?? .max, metrics: metrics)
        self.ceilings = Mutex(Ceilings(cost))
    }

    /// Sets other limits.
    func apply(_ limits: Limits) {
        let cost = limits.cost
        self.sends.apply(limits)
        self.typing.setRate(cost.typing)
        self.renames.apply(cost)
        self.sessions.setRate(cost.sessions)
        self.joins.setRate(cost.joins)
        self.newRooms.setRate(cost.newRooms)
        self.replayBytes.setRate(cost.replayBytes)
        self.requests.setRate(cost.requests)
        self.buffers.setCeiling(cost.bufferedBytes ?? .max)
        self.ceilings.withLock { $0 = Ceilings(cost) }
    }

    /// Forgets those that have done nothing for a while; each shard does its share.
    func sweep(now: ContinuousClock.Instant) {
        self.sends.sweep(now: now)
        self.renames.sweep(now: now)
        for limiter in [self.typing, self.sessions, self.joins, self.newRooms, self.replayBytes, self.requests] {
            limiter.sweep(now: now)
        }
    }

    // MARK: The past

    /// The size of a member in a list, about.
    static let bytesPerMember = 64

    /// Whether an address may read more of a log now, or of a list; what it gets is charged afterwards.
    func checkPast(_ address: AddressBlock?, now: ContinuousClock.Instant) -> ProtocolError? {
        guard !self.buffers.isOver else {
            self.refusals.count(.bufferedBytes)
            return self.buffers.error
        }
        return self.replayBytes.check(address, now: now)
    }

    /// The least that a page costs, also an empty one: the broker had to be asked.
    static let bytesPerPage = 4096

    /// An address has got a page of a log, or of a list.
    func chargePast(_ address: AddressBlock?, _ bytes: Int, now: ContinuousClock.Instant) {
        self.replayBytes.charge(address, max(bytes, Self.bytesPerPage), now: now)
    }

    // MARK: Rooms

    /// Whether a room may have another member.
    ///
    /// - Parameter members: The number that it has, as far as this node knows.
    /// - Returns: nil when it may; otherwise the error for the client.
    func checkMembers(_ members: Int) -> ProtocolError? {
        guard let most = self.ceilings.withLock(\.members), members >= most else { return nil }
        self.refusals.count(.membersPerRoom)
        return ProtocolError(.unavailable, "a room has at most \(most) members", retryMilliseconds: 10_000, limit: most)
    }

    /// Whether the node may have another room.
    func checkRooms(_ rooms: Int) -> ProtocolError? {
        guard let most = self.ceilings.withLock(\.rooms), rooms >= most else { return nil }
        self.refusals.count(.roomsPerNode)
        return ProtocolError(
            .unavailable,
            "people of this server are in at most \(most) rooms",
            retryMilliseconds: 10_000,
            limit: most
        )
    }

    /// Whether another join may wait on a loop.
    ///
    /// - Parameter waiting: The number that waits there.
    /// - Returns: nil when it may; otherwise the error for the client.
    func checkWaiting(_ waiting: Int) -> ProtocolError? {
        guard waiting > 0, let most = self.ceilings.withLock(\.joins), waiting >= most else { return nil }
        self.refusals.count(.joinsWaiting)
        return ProtocolError(
            .unavailable,
            "at most \(most) joins wait for their turn",
            retryMilliseconds: .random(in: 1000...3000),
            limit: most
        )
    }

    // MARK: Requests

    /// A request to the API begins; ``endRequest()`` follows when there is no error.
    func beginRequest(_ address: AddressBlock?, now: ContinuousClock.Instant) -> ProtocolError? {
        if let error = self.requests.take(address, now: now) { return error }
        let count = self.underWay.add(1, ordering: .relaxed).newValue
        guard let most = self.ceilings.withLock(\.requests), count > most else { return nil }
        self.endRequest()
        self.refusals.count(.requestsUnderWay)
        return ProtocolError(
            .unavailable,
            "at most \(most) requests wait for an answer",
            retryMilliseconds: .random(in: 1000...3000),
            limit: most
        )
    }

    /// A request has been answered.
    func endRequest() { self.underWay.subtract(1, ordering: .relaxed) }
}
