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
        /// Those that get a refusal.
        var inReserve = 0
    }

    /// How far the end of the node has come.
    fileprivate enum Phase {
        case open
        /// It says that it goes away, and still admits everybody.
        case withdrawn
        /// It admits nobody, and its clients come back elsewhere in this window.
        case draining(ReturnSpread)
    }

    fileprivate struct State {
        var maximum: Int?
        var phase = Phase.open
        var count = 0
        var inReserve = 0
        var cost: CostLimits
        var byAddress: [AddressBlock: OfAddress] = [:]
        var openings: BucketTable<AddressBlock>
        /// The bucket of all addresses together.
        var nodeOpenings: TokenBucket?

        init(maximum: Int?, _ cost: CostLimits) {
            self.maximum = maximum
            self.cost = cost
            self.openings = BucketTable(rate: cost.openings)
            self.nodeOpenings = cost.nodeOpenings.map { TokenBucket($0, now: .now) }
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
            state.openings.setRate(cost.openings)
            if cost.nodeOpenings != state.cost.nodeOpenings {
                state.nodeOpenings = cost.nodeOpenings.map { TokenBucket($0, now: .now) }
            }
            state.cost = cost
        }
    }

    /// The place of a connection.
    struct Place: Sendable {
        fileprivate let admission: Admission
        /// nil for a connection without an address, and for a proxy's until it is claimed.
        fileprivate var address: AddressBlock?
        fileprivate var isInReserve: Bool
        fileprivate var isPending = true

        /// The connection has finished a request, or become a WebSocket.
        mutating func settle() { self.admission.settle(&self) }

        /// The proxy has said whose connection it is.
        ///
        /// - Parameters:
        ///   - address: The client's.
        ///   - now: The time.
        /// - Returns: Whether it can stay.
        mutating func claim(for address: AddressBlock?, now: ContinuousClock.Instant) -> OnClaim {
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
        case closed(Disconnect)
    }

    /// The decision on a connection whose client has become known.
    enum OnClaim: Equatable {
        case stays
        /// It gets a refusal.
        case turnedAway(Disconnect)
        /// There is not even a place for a refusal: it is closed at once.
        case closed
    }

    /// A connection has come.
    ///
    /// - Parameters:
    ///   - address: Its source; nil for a connection without an address, and for one from a trusted proxy.
    ///   - isProxy: Whether it comes from a trusted proxy: it is new for the node when it is claimed.
    ///   - now: The time.
    /// - Returns: Its place, which it gives back when it ends, or that there is none.
    func enter(_ address: AddressBlock?, isProxy: Bool = false, now: ContinuousClock.Instant) -> OnEntry {
        let excess = self.buffers.flatMap { $0.isOver ? $0.limit : nil }
        let (place, refusal) = self.state.withLock { state -> (Place?, AdmissionRefusal?) in
            let refusal =
                excess.map { .bufferedBytes($0) } ?? state.refusal(of: address, now)
                ?? (isProxy ? nil : state.openNode(now))
            if refusal != nil, !state.reserve(of: self.reserve, for: address) { return (nil, refusal) }
            state.count += 1
            state.add(1, pending: 1, to: address)
            return (Place(admission: self, address: address, isInReserve: refusal != nil), refusal)
        }
        if let limit = refusal?.limit { self.refusals?.count(limit) }
        guard let place else { return .closed(refusal?.disconnect ?? .overCapacity) }
        return refusal.map { .turnedAway(place, $0.disconnect) } ?? .admitted(place)
    }

    private func claim(_ place: inout Place, for address: AddressBlock?, _ now: ContinuousClock.Instant) -> OnClaim {
        guard let address, place.address == nil, !place.isInReserve else { return .stays }
        let isPending = place.isPending
        let (hasPlace, refusal) = self.state.withLock { state -> (Bool, AdmissionRefusal?) in
            let refusal = state.refusal(ofAddress: address, now) ?? state.openNode(now)
            if refusal != nil, !state.reserve(of: self.reserve, for: address) { return (false, refusal) }
            state.add(1, pending: isPending ? 1 : 0, to: address)
            return (true, refusal)
        }
        if let limit = refusal?.limit { self.refusals?.count(limit) }
        guard hasPlace else { return .closed }
        place.address = address
        place.isInReserve = refusal != nil
        return refusal.map { .turnedAway($0.disconnect) } ?? .stays
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
            state.add(
                -1,
                pending: place.isPending ? -1 : 0,
                inReserve: place.isInReserve ? -1 : 0,
                to: place.address
            )
        }
    }

    /// Forgets addresses from which nobody has come for a while; each shard does its share.
    func sweep(now: ContinuousClock.Instant) {
        self.state.withLock { _ = $0.openings.sweep(limit: SendLimiter.sweptAtOnce, now: now) }
    }

    /// The number of addresses with connections.
    var addressCount: Int { self.state.withLock(\.byAddress.count) }

    /// The node is going to end: it says so to whoever asks, so that balancers send nobody any more.
    func withdraw() {
        self.state.withLock { state in
            if case .open = state.phase { state.phase = .withdrawn }
        }
    }

    /// Admits nobody any more, on a node that has withdrawn.
    ///
    /// - Returns: The window in which its clients come back elsewhere: that of the first call.
    @discardableResult
    func beginDraining() -> ReturnSpread {
        let spread = ReturnSpread(connections: self.webSocketCount)
        return self.state.withLock { state in
            switch state.phase {
            // A node that fails has clients, too.
            case .open: return spread
            case .withdrawn:
                state.phase = .draining(spread)
                return spread
            case .draining(let first): return first
            }
        }
    }

    /// Whether the node was asked to end; it may still admit somebody.
    var isDraining: Bool {
        self.state.withLock { state in
            if case .open = state.phase { false } else { true }
        }
    }

    /// The most connections; nil: there is no limit.
    var limit: Int? { self.state.withLock { $0.maximum } }

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
    /// The reason against another connection of the node or of an address.
    fileprivate mutating func refusal(of address: AddressBlock?, _ now: ContinuousClock.Instant) -> AdmissionRefusal? {
        if case .draining = self.phase { return .draining }
        if let maximum, self.count - self.inReserve >= maximum { return .connections(maximum) }
        return address.flatMap { self.refusal(ofAddress: $0, now) }
    }

    fileprivate mutating func refusal(
        ofAddress address: AddressBlock,
        _ now: ContinuousClock.Instant
    ) -> AdmissionRefusal? {
        let present = self.byAddress[address] ?? Admission.OfAddress()
        if let most = self.cost.connectionsPerAddress, present.connections - present.inReserve >= most {
            return .connectionsPerAddress(most)
        }
        if let most = self.cost.pendingPerAddress, present.pending - present.inReserve >= most {
            return .pendingPerAddress(most)
        }
        guard let rate = self.cost.openings, self.openings.take(address, now: now) != nil else { return nil }
        return .openingsPerAddress(rate)
    }

    /// Counts a new connection of the node, the last of all: what an address may not have, it does not take from others.
    fileprivate mutating func openNode(_ now: ContinuousClock.Instant) -> AdmissionRefusal? {
        guard let rate = self.cost.nodeOpenings, self.nodeOpenings?.take(now: now) != nil else { return nil }
        return .openings(rate)
    }

    /// Takes a place for a refusal; false: there is none.
    fileprivate mutating func reserve(of most: Int, for address: AddressBlock?) -> Bool {
        guard self.inReserve < most else { return false }
        if let address {
            let present = self.byAddress[address]?.inReserve ?? 0
            guard present < Admission.reservePerAddress else { return false }
            self.byAddress[address, default: Admission.OfAddress()].inReserve += 1
        }
        self.inReserve += 1
        return true
    }

    /// An address has this many connections more or fewer; one without any is forgotten.
    fileprivate mutating func add(_ connections: Int, pending: Int, inReserve: Int = 0, to address: AddressBlock?) {
        guard let address else { return }
        var ofAddress = self.byAddress[address] ?? Admission.OfAddress()
        ofAddress.connections += connections
        ofAddress.pending += pending
        ofAddress.inReserve += inReserve
        self.byAddress[address] = ofAddress.connections > 0 ? ofAddress : nil
    }
}
