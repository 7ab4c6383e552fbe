import ChatCore

/// The name under which a shard's members are in their rooms, and the state of its lease.
///
/// A shard that was taken for dead, because it stopped or was cut off for longer than a lease, goes on under another
/// name: the members under the old one are being removed.
struct HolderLease: Equatable {
    private enum State: Equatable {
        /// There was never a member.
        case unneeded
        case held
        /// It may have ended while the broker was away.
        case doubtful
        case renewing
    }

    private var state = State.unneeded
    private(set) var holder: HolderID

    init(_ holder: HolderID) { self.holder = holder }

    /// Whether there is a lease to renew and to end.
    var isNeeded: Bool { self.state != .unneeded }

    /// Whether the members have a lease, as far as is known.
    var isCertain: Bool { self.state == .held || self.state == .unneeded }

    /// A member comes.
    mutating func enter() { if self.state == .unneeded { self.state = .held } }

    /// The broker is away, or was.
    mutating func doubt() { if self.state == .held { self.state = .doubtful } }

    /// The lease must be renewed; ``renewed(_:)`` or ``failed()`` follows.
    ///
    /// - Returns: The name; nil when there is nothing to renew, or a renewal is under way.
    mutating func beginRenewal() -> HolderID? {
        switch self.state {
        case .unneeded, .renewing: return nil
        case .held, .doubtful:
            self.state = .renewing
            return self.holder
        }
    }

    /// The result of a renewal.
    enum OnRenewal: Equatable {
        case held
        /// The members must be entered again, under the next name.
        case lost(HolderID)
    }

    /// The broker has answered.
    mutating func renewed(_ answer: LeaseState) -> OnRenewal {
        self.state = .held
        guard answer == .lost else { return .held }
        let old = self.holder
        self.holder = old.successor
        return .lost(old)
    }

    /// The broker could not be asked.
    mutating func failed() { self.state = .doubtful }
}
