internal import ChatCore
internal import NIOCore

/// The leases of the holders of this node, and the lists of the rooms in which they have members.
///
/// The members of a holder stay as long as it renews. It belongs to the broker and is used on its event loop only.
final class HolderLeases {
    /// Called when the table was lost, or went back to an older state: leases of other holders may be missing that
    /// nobody will enter again.
    var tableWasLost: () -> Void = {}

    private let table: HolderTable
    private let lease: Int
    private var holdings = HolderRooms()

    init(_ table: HolderTable, lease: Duration) {
        self.table = table
        self.lease = Int(lease.inMilliseconds)
    }

    /// Renews the lease of a holder.
    func renew(_ holder: HolderID) async throws(BrokerError) -> LeaseState {
        self.holdings.add(holder)
        let known = self.holdings.roomCount(holder)
        let list = self.table.keys.rooms(of: holder.rawValue)
        let size = RedisRequest(RedisCommand("SCARD", list), on: list)
        let results = await self.table.router.performAll([self.renewal(holder), size])
        guard let (count, time) = Self.renewal(try results[0].get()) else { throw .isUnintelligible }
        guard count > 0 else {
            await self.giveUp(holder, time)
            return .lost
        }
        if self.renewed(holder, count: count, time: time) { self.tableWasLost() }
        // Redis may have lost the list: other nodes would not find these rooms when this node dies.
        let listed = try results[1].get().integer
        if self.holdings.mustWrite(holder, listed: listed, known: known) { await self.writeList(holder) }
        return .held
    }

    /// A lease was renewed this many times, last at this time by Redis' clock; returns whether Redis had lost an
    /// earlier count.
    func renewed(_ holder: HolderID, count: Int, time: Int) -> Bool {
        self.holdings.renewed(holder, count: count, time: time)
    }

    /// Lets the lease of a holder end soon, and informs every node.
    func release(_ holder: HolderID, after delay: Duration) async throws(BrokerError) {
        let milliseconds = Int(max(1, delay.inMilliseconds))
        var request = self.table.request(.endLease, holder.rawValue)
        request.command.append(milliseconds)
        request.command.append(self.table.keys.control)
        request.command.append(ControlMessage.holderEnds(milliseconds: milliseconds).encoded)
        _ = try await self.table.router.perform(request)
        self.holdings.remove(holder)
    }

    /// Whether a holder is one of this node's.
    func knows(_ holder: String) -> Bool { self.holdings.knows(HolderID(holder)) }

    /// Redis may have lost data: the next renewals compare its lists.
    func doubt() { self.holdings.doubt() }

    // MARK: Entering and leaving

    /// Lists a room before a holder's first member enters there, so that a crash leaves no member unlisted.
    func entering(_ room: RoomName, for holder: HolderID) {
        let isNew = !self.holdings.knows(holder)
        if isNew {
            self.holdings.add(holder)
            var request = self.renewal(holder)
            request.completion = {
                guard let (count, time) = (try? $0.get()).flatMap(Self.renewal), count > 0 else { return }
                _ = self.renewed(holder, count: count, time: time)
            }
            self.table.router.submit(request)
        }
        guard self.holdings.enter(room, holder) else { return }
        self.table.router.submit(self.table.listing([room], of: holder.rawValue, isWhole: isNew))
    }

    /// The number of entries into a room; ``left(_:_:since:remaining:)`` needs it.
    func entries(_ room: RoomName, _ holder: HolderID) -> Int { self.holdings.count(room, holder) }

    /// Removes a room from a holder's list when it has no members there any more.
    func left(_ room: RoomName, _ holder: HolderID, since entries: Int, remaining: Int?) {
        guard let remaining, self.holdings.left(room, holder, since: entries, remaining: remaining) else { return }
        let list = self.table.keys.rooms(of: holder.rawValue)
        self.table.router.submit(RedisRequest(RedisCommand("SREM", list, room.rawValue), on: list))
    }

    // MARK: In Redis

    private func renewal(_ holder: HolderID) -> RedisRequest {
        var request = self.table.request(.renewLease, holder.rawValue)
        request.command.append(self.holdings.lastRenewal(holder))
        request.command.append(self.lease)
        return request
    }

    /// Reads how often a lease was renewed, and the time.
    private static func renewal(_ reply: RedisReply) -> (count: Int, time: Int)? {
        guard let parts = reply.array, parts.count == 2, let count = parts[0].count, let time = parts[1].count else {
            return nil
        }
        return (count, time)
    }

    /// Gives up a holder that was taken for dead: members that entered after the sweep are still there under its name.
    private func giveUp(_ holder: HolderID, _ time: Int) async {
        let rooms = self.holdings.rooms(holder)
        self.holdings.remove(holder)
        let name = holder.rawValue
        self.table.list(Set(rooms), of: name, isWhole: true)
        // Redis may not remember it any more.
        let holders = self.table.keys.holders
        let dead = RedisCommand("HSETNX", holders, name, "dead \(time)")
        guard await self.table.attempt(RedisRequest(dead, on: holders)) != nil else { return }
        let lease = RedisRequest(RedisCommand("HGET", holders, name), on: holders)
        guard let text = await self.table.attempt(lease)?.string, LeaseWatch.discovered(text) == .sweepAgain else {
            return
        }
        _ = await self.table.judge(name, text, "dead")
    }

    /// Writes a holder's whole list again, some rooms at a time; the next renewal repairs failures.
    private func writeList(_ holder: HolderID) async {
        var rooms = self.holdings.rooms(holder)[...]
        let list = self.table.keys.rooms(of: holder.rawValue)
        var requests = [RedisRequest(RedisCommand("DEL", list), on: list)]
        while true {
            let batch = rooms.prefix(HolderTable.roomsAtOnce)
            rooms = rooms.dropFirst(HolderTable.roomsAtOnce)
            // With the last ones, it is whole.
            requests.append(self.table.listing(batch, of: holder.rawValue, isWhole: rooms.isEmpty))
            for result in await self.table.router.performAll(requests) {
                guard case .success = result else { return self.holdings.doubt(holder) }
            }
            guard !rooms.isEmpty else { return }
            requests = []
        }
    }
}
