internal import ChatCore
internal import Synchronization

/// The homes of the rooms that were asked for recently: a hash of each server's name for each message would be too much.
final class RoomHomes: Sendable {
    /// The most rooms it holds; at that number it is emptied.
    private static let limit = 10_000

    private let servers: Rendezvous
    private let known = Mutex<[RoomName: Int]>([:])

    init(_ servers: Rendezvous) { self.servers = servers }

    /// The place of the server that has a room.
    func home(of room: RoomName) -> Int {
        self.known.withLock { known in
            if let home = known[room] { return home }
            if known.count >= Self.limit { known.removeAll() }
            let home = self.servers.home(of: room.rawValue)
            known[room] = home
            return home
        }
    }
}
