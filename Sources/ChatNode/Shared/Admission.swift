import ChatCore
import Synchronization

/// Decides whether the node takes another connection: it counts all of them, in total and by address, whatever they
/// turn out to be.
///
/// Past its limits there is a small reserve, for connections that get a refusal. When that is used up, connections are
/// closed without an answer, since an answer costs a descriptor, too.
final class Admission: Sendable {
    /// The most connections of an address beyond its limit that get a refusal at a time.
    static let reservePerAddress = 8

    private struct State {
        var maximum: Int?
        var maximumPerAddress: Int?
        var isDraining = false
        var count = 0
        var inReserve = 0
        var byAddress: [AddressBlock: Int] = [:]
    }

    private let reserve: Int
    private let state: Mutex<State>
    private let webSockets = Atomic<Int>(0)

    /// Makes an admission; without a maximum it admits everybody.
    ///
    /// - Parameters:
    ///   - maximum: The most connections.
    ///   - maximumPerAddress: The most connections of one address.
    ///   - reserve: The number of further connections that get a refusal.
    init(maximum: Int?, maximumPerAddress: Int?, reserve: Int = 64) {
        self.reserve = reserve
        self.state = Mutex(State(maximum: maximum, maximumPerAddress: maximumPerAddress))
    }

    /// Takes other limits; connections that are there stay.
    func reload(maximum: Int?, maximumPerAddress: Int?) {
        self.state.withLock { state in
            state.maximum = maximum
            state.maximumPerAddress = maximumPerAddress
        }
    }

    /// The place of a connection.
    struct Place: Sendable {
        fileprivate let admission: Admission
        /// nil for a connection without an address.
        fileprivate let address: AddressBlock?
        fileprivate let isInReserve: Bool

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

    /// A connection has come.
    ///
    /// - Parameter address: Its source; nil for a connection without an address.
    /// - Returns: Its place, which it gives back when it ends, or that there is none.
    func enter(_ address: AddressBlock?) -> OnEntry {
        self.state.withLock { state in
            let ofAddress = address.map { state.byAddress[$0, default: 0] } ?? 0
            let reason = self.reasonAgainst(state, ofAddress)
            if reason != nil {
                guard state.inReserve < self.reserve,
                    ofAddress < state.maximumPerAddress.map({ $0 + Self.reservePerAddress }) ?? .max
                else { return .closed }
                state.inReserve += 1
            }
            state.count += 1
            if let address { state.byAddress[address] = ofAddress + 1 }
            let place = Place(admission: self, address: address, isInReserve: reason != nil)
            return reason.map { .turnedAway(place, $0) } ?? .admitted(place)
        }
    }

    private func reasonAgainst(_ state: State, _ ofAddress: Int) -> Disconnect? {
        if state.isDraining { return .draining }
        if let maximum = state.maximum, state.count - state.inReserve >= maximum { return .overCapacity }
        guard let maximumPerAddress = state.maximumPerAddress, ofAddress >= maximumPerAddress else { return nil }
        let reason = "at most \(maximumPerAddress) connections from one address"
        return Disconnect(code: Disconnect.overCapacity.code, reason: reason)
    }

    private func leave(_ place: Place) {
        self.state.withLock { state in
            state.count -= 1
            if place.isInReserve { state.inReserve -= 1 }
            guard let address = place.address, let count = state.byAddress[address] else { return }
            state.byAddress[address] = count > 1 ? count - 1 : nil
        }
    }

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
