import ChatCore
import Synchronization

/// Decides whether the node takes another connection: it counts all of them, in total and by address, whatever they
/// turn out to be.
///
/// Past its limits there is a small reserve, for connections that get a refusal. When that is used up, connections are
/// closed without an answer, since an answer costs a descriptor, too. A connection from a trusted proxy counts for
/// nobody until the proxy has said whose it is (``Place/claim(for:now:)``).
final class Admission: Sendable {
    /// The most connections of an address beyond its limit that get a refusal at a time.
    static let reservePerAddress = 8

    fileprivate struct OfAddress {
        var connections = 0
        /// Those that have not finished a request.
        var pending = 0
    }

    fileprivate struct State {
        var maximum: Int?
        var isDraining = false
        var count = 0
        var inReserve = 0
        var cost: CostLimits
        var byAddress: [AddressBlock: OfAddress] = [:]
        var openings: BucketTable<AddressBlock>
        /// The bucket of all addresses together.
        var nodeOpenings: BucketTable<Bool>

        init(maximum: Int?, _ cost: CostLimits) {
            self.maximum = maximum
            self.cost = cost
            self.openings = BucketTable(rate: cost.openings)
            self.nodeOpenings = BucketTable(rate: cost.nodeOpenings)
        }
    }

    private let reserve: Int
    private let buffers: BufferGauge?
    private let refusals: RefusalMetrics?
    private let state: Mutex<State>
    private let webSockets = Atomic<Int>(0)

    /// Makes an admission; without a maximum it admits everybody.
    ///
    /// - Parameters:
    ///   - maximum: The most connections.
    ///   - cost: The limits of an address.
    ///   - reserve: The number of further connections that get a refusal.
    ///   - buffers: The bytes that wait for clients: nobody else comes while there are too many.
    ///   - refusals: Counts what it refuses.
    init(
        maximum: Int?,
        cost: CostLimits,
        reserve: Int = 64,
        buffers: BufferGauge? = nil,
        refusals: RefusalMetrics? = nil
    ) {
        self.reserve = reserve
        self.buffers = buffers
        self.refusals = refusals
        self.state = Mutex(State(maximum: maximum, cost))
    }

    /// Takes other limits; connections that are there stay.
    func reload(maximum: Int?, cost: CostLimits) {
        self.state.withLock { state in
            state.maximum = maximum
            state.cost = cost
            state.openings.setRate(cost.openings)
            state.nodeOpenings.setRate(cost.nodeOpenings)
        }
    }

    /// The place of a connection.
    struct Place: Sendable {
        fileprivate let admission: Admission
        /// nil for a connection without an address, and for a proxy's until it is claimed.
        fileprivate var address: AddressBlock?
        fileprivate let isInReserve: Bool
        fileprivate var isPending = true

        /// The connection has finished a request, or become a WebSocket.
        mutating func settle() { self.admission.settle(&self) }

        /// The proxy has said whose connection it is.
        ///
        /// - Parameters:
        ///   - address: The client's.
        ///   - now: The time.
        /// - Returns: The reason why it cannot stay; nil when it can.
        mutating func claim(for address: AddressBlock?, now: ContinuousClock.Instant) -> Disconnect? {
            self.admission.claim(&self, for: address, now)
        }

        /// The connection has ended; call it once.
        func leave() { self.admission.leave(self) }
    }

    /// The decision on a connection.
    enum OnEntry {
        case admitted(Place)
        /// It gets a refusal.
        case turnedAway(Place, Disconnect)
        /// There is not even a place for a refusal.
        case closed
    }

    /// The reason why a connection cannot stay, and the limit that it breaks.
    private struct Reason {
        var disconnect: Disconnect
        var limit: LimitName?

        init(_ limit: LimitName?, _ disconnect: Disconnect) {
            self.limit = limit
            self.disconnect = disconnect
        }

        init(_ limit: LimitName, _ reason: String) {
            self.init(limit, Disconnect(code: Disconnect.overCapacity.code, reason: reason))
        }
    }

    /// A connection has come.
    ///
    /// - Parameters:
    ///   - address: Its source; nil for a connection without an address, and for one from a trusted proxy.
    ///   - now: The time.
    /// - Returns: Its place, which it gives back when it ends, or that there is none.
    func enter(_ address: AddressBlock?, now: ContinuousClock.Instant) -> OnEntry {
        let isFull = self.buffers?.isOver == true
        let (entry, limit) = self.state.withLock { state -> (OnEntry, LimitName?) in
            let ofAddress = address.flatMap { state.byAddress[$0] } ?? OfAddress()
            let reason =
                isFull ? Reason(.bufferedBytes, .overCapacity) : self.reasonAgainst(address, ofAddress, &state, now)
            if let reason {
                let most = state.cost.connectionsPerAddress.map { $0 + Self.reservePerAddress } ?? .max
                let mostPending = state.cost.pendingPerAddress.map { $0 + Self.reservePerAddress } ?? .max
                guard state.inReserve < self.reserve, ofAddress.connections < most, ofAddress.pending < mostPending
                else { return (.closed, reason.limit) }
                state.inReserve += 1
            }
            state.count += 1
            state.add(1, pending: 1, to: address)
            let place = Place(admission: self, address: address, isInReserve: reason != nil)
            return (reason.map { .turnedAway(place, $0.disconnect) } ?? .admitted(place), reason?.limit)
        }
        if let limit { self.refusals?.count(limit) }
        return entry
    }

    private func reasonAgainst(
        _ address: AddressBlock?,
        _ ofAddress: OfAddress,
        _ state: inout State,
        _ now: ContinuousClock.Instant
    ) -> Reason? {
        if state.isDraining { return Reason(nil, .draining) }
        if let maximum = state.maximum, state.count - state.inReserve >= maximum { return Reason(.connections, .overCapacity) }
        if let address, let reason = Self.reasonAgainst(address, ofAddress, &state, now) { return reason }
        guard state.nodeOpenings.take(true, now: now) != nil, let rate = state.cost.nodeOpenings else { return nil }
        return Reason(.openings, "at most \(rate.words("new connections"))")
    }

    private static func reasonAgainst(
        _ address: AddressBlock,
        _ ofAddress: OfAddress,
        _ state: inout State,
        _ now: ContinuousClock.Instant
    ) -> Reason? {
        if let most = state.cost.connectionsPerAddress, ofAddress.connections >= most {
            return Reason(.connectionsPerAddress, "at most \(most) connections from one address")
        }
        if let most = state.cost.pendingPerAddress, ofAddress.pending >= most {
            return Reason(.pendingPerAddress, "at most \(most) connections without a request from one address")
        }
        guard state.openings.take(address, now: now) != nil, let rate = state.cost.openings else { return nil }
        return Reason(.openingsPerAddress, "at most \(rate.words("new connections")) from one address")
    }

    private func claim(_ place: inout Place, for address: AddressBlock?, _ now: ContinuousClock.Instant) -> Disconnect?
    {
        guard let address, place.address == nil, !place.isInReserve else { return nil }
        let isPending = place.isPending
        let reason = self.state.withLock { state -> Reason? in
            let reason = Self.reasonAgainst(address, state.byAddress[address] ?? OfAddress(), &state, now)
            if reason == nil { state.add(1, pending: isPending ? 1 : 0, to: address) }
            return reason
        }
        guard let reason else {
            place.address = address
            return nil
        }
        if let limit = reason.limit { self.refusals?.count(limit) }
        return reason.disconnect
    }

    private func settle(_ place: inout Place) {
        guard place.isPending else { return }
        place.isPending = false
        let address = place.address
        self.state.withLock { $0.add(0, pending: -1, to: address) }
    }

    private func leave(_ place: Place) {
        self.state.withLock { state in
            state.count -= 1
            if place.isInReserve { state.inReserve -= 1 }
            state.add(-1, pending: place.isPending ? -1 : 0, to: place.address)
        }
    }

    /// Forgets addresses from which nobody has come for a while; each shard does its share.
    func sweep(now: ContinuousClock.Instant) {
        self.state.withLock { _ = $0.openings.sweep(limit: SendLimiter.sweptAtOnce, now: now) }
    }

    /// The number of addresses with connections.
    var addressCount: Int { self.state.withLock(\.byAddress.count) }

    /// Admits nobody any more.
    func beginDraining() { self.state.withLock { $0.isDraining = true } }

    /// Whether nobody is admitted any more.
    var isDraining: Bool { self.state.withLock { $0.isDraining } }

    /// The number of connections, including those in the reserve.
    var count: Int { self.state.withLock { $0.count } }

    /// A connection has become a WebSocket.
    func webSocketOpened() { self.webSockets.add(1, ordering: .relaxed) }

    /// A WebSocket has ended.
    func webSocketClosed() { self.webSockets.subtract(1, ordering: .relaxed) }

    /// The number of WebSockets.
    var webSocketCount: Int { self.webSockets.load(ordering: .relaxed) }
}

extension Admission.State {
    /// An address has this many connections more or fewer; one without any is forgotten.
    fileprivate mutating func add(_ connections: Int, pending: Int, to address: AddressBlock?) {
        guard let address else { return }
        var ofAddress = self.byAddress[address] ?? Admission.OfAddress()
        ofAddress.connections += connections
        ofAddress.pending += pending
        self.byAddress[address] = ofAddress.connections > 0 ? ofAddress : nil
    }
}
