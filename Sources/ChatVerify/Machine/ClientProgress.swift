internal import ChatCore

/// The position of a client at the end of a run, and the heads of the logs as far as the client has seen them.
struct ClientProgress: Equatable, Sendable {
    /// The last message that the client has in each room that it is in.
    var positions: [RoomName: LogPosition]
    /// The highest number that it got, or was told is stored, in each epoch.
    var known: [RoomName: [Epoch: Int]]

    /// Whether every client has what any of them knows to be in a log.
    ///
    /// A node that does not know yet that its broker is gone may tell a client that it has everything. The node finds
    /// out within seconds, and the missing messages come then. An earlier judgement would count messages as lost that
    /// are only late.
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
