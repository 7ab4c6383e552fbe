import ChatCore

/// Under which name a shard's members are in their rooms, and whether that name has a lease.
///
/// A shard that was taken for dead, since it stood still or was cut off for longer than a lease, goes on under another
/// name: what it had under the old one is being taken away.
struct HolderLease: Equatable {
    private enum State: Equatable {
        /// Nobody was ever here.
        case unneeded
        case held
        /// It may have ended while the broker was away.
        case doubtful
        case renewing
    }

    private var state = State.unneeded
    private(set) var holder: HolderID

    init(_ holder: HolderID) { self.holder = holder }

    /// Whether there is a lease to renew and to let go of.
    var isNeeded: Bool { self.state != .unneeded }

    /// Whether the members have a lease for all that is known.
    var isCertain: Bool { self.state == .held || self.state == .unneeded }

    /// Somebody comes.
    mutating func enter() { if self.state == .unneeded { self.state = .held } }

    /// The broker is away, or was.
    mutating func doubt() { if self.state == .held { self.state = .doubtful } }

    /// The lease is to begin anew; ``renewed(_:)`` or ``failed()`` follows.
    ///
    /// - Returns: Under which name; nil when there is nothing to renew, or somebody renews it already.
    mutating func beginRenewal() -> HolderID? {
        switch self.state {
        case .unneeded, .renewing: return nil
        case .held, .doubtful:
            self.state = .renewing
            return self.holder
        }
    }

    /// What becomes of a lease.
    enum OnRenewal: Equatable {
        case held
        /// The members are to be entered again, under the next name.
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
