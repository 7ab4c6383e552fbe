internal import ChatCore
internal import NIOCore

/// The records in Redis of the holders of members: one table of leases, and for each holder a list of its rooms.
///
/// The list is not written by the scripts that enter members, since a script touches the keys of only one room. It
/// belongs to the broker and is used on its event loop only.
final class HolderTable {
    /// The most rooms in one command.
    static let roomsAtOnce = 500

    let router: RequestRouter
    let keys: RedisKeys

    init(_ router: RequestRouter, _ keys: RedisKeys) { (self.router, self.keys) = (router, keys) }

    /// Whether the table can be read.
    var isActive: Bool { self.router.isActive(for: self.keys.holders) }

    /// Sends a request that does not wait for a connection: if it fails, the next look repeats it.
    func attempt(_ request: RedisRequest) async -> RedisReply? {
        guard self.router.isActive(for: request.key ?? self.keys.holders) else { return nil }
        var request = request
        request.isRepeatable = false
        return try? await self.router.perform(request)
    }

    /// Runs a script on the table.
    func request(_ script: RedisScript, _ holder: String) -> RedisRequest {
        RedisRequest(script, keys: self.keys.holders) { $0.append(holder) }
    }

    /// Records the new state of a holder.
    ///
    /// - Returns: Whether its lease was still as it had been.
    func judge(_ holder: String, _ lease: String, _ word: String) async -> Bool {
        await self.attempt(self.judgement(holder, lease, word))?.integer == 1
    }

    func judgement(_ holder: String, _ lease: String, _ word: String) -> RedisRequest {
        var request = self.request(.judgeLease, holder)
        request.command.append(lease)
        request.command.append(word)
        return request
    }

    /// Adds rooms to a holder's list, which may be another node's.
    ///
    /// - Parameters:
    ///   - rooms: The rooms.
    ///   - holder: The owner of the list.
    ///   - isWhole: Whether the list is complete, so that nobody has to search for other rooms.
    func list(_ rooms: Set<RoomName>, of holder: String, isWhole: Bool) {
        let rooms = Array(rooms)
        for start in stride(from: 0, to: rooms.count, by: Self.roomsAtOnce) {
            self.router.submit(self.listing(rooms[start...].prefix(Self.roomsAtOnce), of: holder, isWhole: isWhole))
        }
    }

    func listing(_ rooms: ArraySlice<RoomName>, of holder: String, isWhole: Bool) -> RedisRequest {
        var command = RedisCommand("SADD", self.keys.rooms(of: holder))
        for room in rooms { command.append(room.rawValue) }
        if isWhole { command.append(HolderRooms.mark) }
        return RedisRequest(command, on: self.keys.rooms(of: holder))
    }
}
