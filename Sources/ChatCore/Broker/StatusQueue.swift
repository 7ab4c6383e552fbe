/// The changes of the broker's state of which not all clients have been told, in their order.
///
/// Clients are told a slice at a time. A change that comes meanwhile waits until all have been told of the one before it, so
/// that nobody hears of them in another order. Of several that wait for the same rooms, the last one counts: there are never
/// more of them than there are servers, and reasons that rooms of several servers have in common.
package struct StatusQueue: Sendable {
    /// A change of the broker's state for some rooms, or for all.
    package struct Change: Equatable, Sendable {
        package let status: ServerStatus
        package let detail: String
        package let scope: RoomScope

        package init(_ status: ServerStatus, detail: String, of scope: RoomScope) {
            (self.status, self.detail, self.scope) = (status, detail, scope)
        }
    }

    private var isUnderWay = false
    private var waiting: [Change] = []

    package init() {}

    /// What follows from a change.
    package enum OnChange: Equatable, Sendable {
        /// Tell all clients of it now; ``told()`` follows when that is done.
        case tell
        /// It waits for the one that is under way.
        case wait
    }

    /// The broker's state has changed.
    package mutating func changed(_ change: Change) -> OnChange {
        guard self.isUnderWay else {
            self.isUnderWay = true
            return .tell
        }
        self.waiting.removeAll { $0.scope == change.scope }
        self.waiting.append(change)
        return .wait
    }

    /// All clients have been told of the change that was under way.
    ///
    /// - Returns: The next one, which is under way from now on; nil when there is none.
    package mutating func told() -> Change? {
        guard !self.waiting.isEmpty else {
            self.isUnderWay = false
            return nil
        }
        return self.waiting.removeFirst()
    }
}
