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

    /// What an admitted connection has taken.
    struct Place: Sendable {
        let admission: Admission
        /// nil where nobody counts by address.
        let address: String?

        /// The connection has ended; to be called once.
        func leave() { self.admission.leave(self.address) }
    }

    /// What becomes of a connection.
    enum OnEntry {
        case admitted(Place)
        case refused(Disconnect)
    }

    /// A connection wants to come in.
    ///
    /// - Parameter address: Where it comes from; nil for one that has no address.
    /// - Returns: Its place, which it gives back when it ends, or why there is none.
    func enter(_ address: String?) -> OnEntry {
        self.state.withLock { state in
            guard !state.isDraining else { return .refused(.draining) }
            if let maximum, state.count >= maximum { return .refused(.overCapacity) }
            guard let address, let maximumPerAddress else {
                state.count += 1
                return .admitted(Place(admission: self, address: nil))
            }
            guard state.byAddress[address, default: 0] < maximumPerAddress else {
                let reason = "at most \(maximumPerAddress) connections from one address"
                return .refused(Disconnect(code: 1013, reason: reason))
            }
            state.byAddress[address, default: 0] += 1
            state.count += 1
            return .admitted(Place(admission: self, address: address))
        }
    }

    fileprivate func leave(_ address: String?) {
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
