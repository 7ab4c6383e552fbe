/// For which rooms the broker is away now, as far as it has been told.
///
/// It has an entry for each server that is away, and for each reason that rooms of several servers have in common: a
/// handful, however many rooms there are.
package struct Outages: Sendable {
    private struct Outage {
        let scope: RoomScope
        var detail: String
    }

    private var outages: [Outage] = []

    package init() {}

    /// Whether all is well.
    package var isEmpty: Bool { self.outages.isEmpty }

    /// The reason why something is away; nil while all is well.
    package var detail: String? { (self.whole ?? self.outages.first)?.detail }

    /// The reason why the broker is away for every room; nil when it is not, or only for some.
    package var wholeDetail: String? { self.whole?.detail }

    /// Whether the broker is away for some rooms and not for the others.
    package var arePartial: Bool { !self.outages.isEmpty && self.whole == nil }

    /// Whether the broker is away for a room.
    package func concern(_ room: RoomName) -> Bool { self.outages.contains { $0.scope.contains(room) } }

    private var whole: Outage? { self.outages.first(where: \.scope.isWhole) }

    /// The broker has told of a change.
    ///
    /// - Parameters:
    ///   - status: Whether it is away.
    ///   - detail: The reason.
    ///   - scope: The rooms that it concerns.
    /// - Returns: Whether clients must be told: a new reason for the same state is shown on request and to new clients,
    ///   but not sent to all.
    package mutating func apply(_ status: ServerStatus, detail: String, of scope: RoomScope) -> Bool {
        let index = self.outages.firstIndex { $0.scope == scope }
        switch (status, index) {
        case (.ok, nil): return true
        case (.ok, let index?):
            self.outages.remove(at: index)
            return true
        case (.degraded, let index?):
            self.outages[index].detail = detail
            return false
        case (.degraded, nil):
            self.outages.append(Outage(scope: scope, detail: detail))
            return true
        }
    }
}
