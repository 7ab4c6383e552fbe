internal import ChatCore

/// Where a client stands at the end of a run, and how far the logs reach by what it has seen.
struct ClientProgress: Equatable, Sendable {
    /// The last that the client has of each room that it is in.
    var positions: [RoomName: LogPosition]
    /// The highest number that it got or was told to be stored, in each epoch.
    var known: [RoomName: [Epoch: Int]]

    /// Whether every client has what any of them knows to be in a log.
    ///
    /// A node that does not know yet that its broker is gone says in good faith that a client has everything. It finds out
    /// within seconds, and what is missing then comes; to judge earlier would call late what is only on its way lost.
    static func areEven(_ standings: [ClientProgress]) -> Bool {
        var heads: [RoomName: [Epoch: Int]] = [:]
        for standing in standings {
            heads.merge(standing.known) { $0.merging($1, uniquingKeysWith: max) }
        }
        var epochs: [RoomName: Epoch] = [:]
        for standing in standings {
            for (room, position) in standing.positions {
                guard epochs[room, default: position.epoch] == position.epoch else { return false }
                epochs[room] = position.epoch
                guard position.seq >= heads[room]?[position.epoch] ?? 0 else { return false }
            }
        }
        return true
    }
}
