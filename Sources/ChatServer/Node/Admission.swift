import ChatCore
import Synchronization

/// Whether the node takes another connection: it counts them, in all and by address.
final class Admission: Sendable {
    private struct State {
        var isDraining = false
        var count = 0
        var byAddress: [String: Int] = [:]
    }

    private let maximum: Int?
    private let maximumPerAddress: Int?
    private let state = Mutex(State())

    /// Makes an admission; without a maximum it admits everybody.
    init(maximum: Int?, maximumPerAddress: Int?) {
        self.maximum = maximum
        self.maximumPerAddress = maximumPerAddress
    }

    /// A connection wants to come in.
    ///
    /// - Parameter address: Where it comes from; nil for one that has no address.
    /// - Returns: nil when it may; it must be given back by ``leave(_:)`` then.
    func enter(_ address: String?) -> Disconnect? {
        self.state.withLock { state in
            guard !state.isDraining else { return .draining }
            if let maximum, state.count >= maximum { return .overCapacity }
            if let address, let maximumPerAddress {
                guard state.byAddress[address, default: 0] < maximumPerAddress else {
                    return Disconnect(code: 1013, reason: "at most \(maximumPerAddress) connections from one address")
                }
                state.byAddress[address, default: 0] += 1
            }
            state.count += 1
            return nil
        }
    }

    /// An admitted connection has ended.
    func leave(_ address: String?) {
        self.state.withLock { state in
            state.count -= 1
            guard let address, let count = state.byAddress[address] else { return }
            state.byAddress[address] = count > 1 ? count - 1 : nil
        }
    }

    /// From now on nobody is admitted.
    func beginDraining() { self.state.withLock { $0.isDraining = true } }

    /// Whether nobody is admitted any more.
    var isDraining: Bool { self.state.withLock { $0.isDraining } }

    /// How many connections there are.
    var count: Int { self.state.withLock { $0.count } }
}
