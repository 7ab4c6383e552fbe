import ChatCore
import Synchronization

/// The rooms that have members on this node, or listeners.
///
/// It is counted while members come and go, so that nobody has to ask every loop for all of its rooms. A room with
/// members on several loops counts once.
final class Occupancy: Sendable {
    /// On how many loops each room has members, and on how many it has listeners, added up.
    private let loops = Mutex<[RoomName: Int]>([:])

    /// The number of rooms.
    var roomCount: Int { self.loops.withLock(\.count) }

    /// Whether a room has members.
    func contains(_ room: RoomName) -> Bool { self.loops.withLock { $0[room] != nil } }

    /// A loop has the first member of a room, or its first listener.
    func began(_ room: RoomName) { self.loops.withLock { $0[room, default: 0] += 1 } }

    /// The last member of a room has left a loop, or its last listener.
    func ended(_ room: RoomName) {
        self.loops.withLock { loops in
            let rest = (loops[room] ?? 1) - 1
            loops[room] = rest > 0 ? rest : nil
        }
    }
}
