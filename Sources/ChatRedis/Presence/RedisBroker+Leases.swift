package import ChatCore
internal import Logging
internal import NIOCore

// One lease for each holder, in one table; the members of a holder stay as long as it renews. Which rooms they are in is
// listed beside the scripts that enter them, since a script touches the keys of one room alone.
extension RedisBroker {
    /// The most rooms in one command.
    private static let listBatch = 500

    package func renew(_ holder: HolderID) async throws(BrokerError) -> LeaseState {
        self.holdings.add(holder)
        let known = self.holdings.roomCount(holder)
        let results = await self.performAll([
            self.renewal(holder),
            RedisRequest(RedisCommand("SCARD", self.keys.rooms(of: holder.rawValue))),
        ])
        guard let (count, time) = Self.renewal(try results[0].get()) else { throw .isUnintelligible }
        guard count > 0 else {
            await self.sweepAgain(holder, time)
            return .lost
        }
        // The table was lost, or is older: others may be missing there that nobody will enter again.
        if self.holdings.renewed(holder, count: count, time: time) {
            // Each holder of the node finds that out by itself.
            self.lookAtAllRooms(unlessWithin: TimeAmount(self.configuration.lease))
        }
        // Redis may have lost the list: nobody would find these rooms when this node dies.
        let listed = try results[1].get().integer
        if self.holdings.mustWrite(holder, listed: listed, known: known) { await self.writeList(holder) }
        return .held
    }

    package func release(_ holder: HolderID, after delay: Duration) async throws(BrokerError) {
        let milliseconds = Int(max(1, delay.inMilliseconds))
        var request = self.leaseRequest(.endLease, holder)
        request.command.append(milliseconds)
        request.command.append(self.keys.control)
        request.command.append(ControlMessage.holderEnds(milliseconds: milliseconds).encoded)
        _ = try await self.perform(request)
        self.holdings.remove(holder)
    }

    /// Notes that a holder is about to have members in a room: before they enter, so that no crash leaves any unlisted.
    func list(_ room: RoomName, for holder: HolderID) {
        let isNew = !self.holdings.knows(holder)
        if isNew {
            self.holdings.add(holder)
            var request = self.renewal(holder)
            request.completion = {
                guard let (count, time) = (try? $0.get()).flatMap(Self.renewal), count > 0 else { return }
                _ = self.holdings.renewed(holder, count: count, time: time)
            }
            self.commands.submit(request)
        }
        guard self.holdings.enter(room, holder) else { return }
        self.commands.submit(self.listing([room], of: holder.rawValue, isWhole: isNew))
    }

    private func renewal(_ holder: HolderID) -> RedisRequest {
        var request = self.leaseRequest(.renewLease, holder)
        request.command.append(self.holdings.lastRenewal(holder))
        request.command.append(Int(self.configuration.lease.inMilliseconds))
        return request
    }

    /// Reads how often a lease was renewed, and the time.
    private static func renewal(_ reply: RedisReply) -> (count: Int, time: Int)? {
        guard let parts = reply.array, parts.count == 2, let count = parts[0].count, let time = parts[1].count else {
            return nil
        }
        return (count, time)
    }

    /// Gives up a holder of this node that was taken for dead: who entered after it was swept stands there under its name
    /// still.
    private func sweepAgain(_ holder: HolderID, _ time: Int) async {
        let rooms = self.holdings.rooms(holder)
        self.holdings.remove(holder)
        self.addToList(Set(rooms), of: holder.rawValue, isWhole: true)
        // It may be remembered no more.
        let dead = RedisCommand("HSETNX", self.keys.holders, holder.rawValue, "dead \(time)")
        guard await self.attempt(RedisRequest(dead)) != nil else { return }
        let lease = RedisRequest(RedisCommand("HGET", self.keys.holders, holder.rawValue))
        guard let text = await self.attempt(lease)?.string, LeaseWatch.discovered(text) == .sweepAgain else { return }
        _ = await self.judge(holder.rawValue, text, "dead")
    }

    /// Takes a room off a holder's list when nobody is left there.
    func left(_ room: RoomName, _ holder: HolderID, since count: Int, remaining: Int?) {
        guard let remaining, self.holdings.left(room, holder, since: count, remaining: remaining) else { return }
        self.commands.submit(
            RedisRequest(RedisCommand("SREM", self.keys.rooms(of: holder.rawValue), room.rawValue))
        )
    }

    /// Writes a holder's list anew, some rooms at a time; what fails is done by the next renewal.
    private func writeList(_ holder: HolderID) async {
        var rooms = self.holdings.rooms(holder)[...]
        var requests = [RedisRequest(RedisCommand("DEL", self.keys.rooms(of: holder.rawValue)))]
        while true {
            let batch = rooms.prefix(Self.listBatch)
            rooms = rooms.dropFirst(Self.listBatch)
            // With the last ones, it is whole.
            requests.append(self.listing(batch, of: holder.rawValue, isWhole: rooms.isEmpty))
            for result in await self.performAll(requests) {
                guard case .success = result else { return self.holdings.doubt(holder) }
            }
            guard !rooms.isEmpty else { return }
            requests = []
        }
    }

    /// Adds rooms to a holder's list, which may be another node's.
    ///
    /// - Parameters:
    ///   - rooms: The rooms.
    ///   - holder: Whose list it is.
    ///   - isWhole: Whether nobody has to look for others.
    func addToList(_ rooms: Set<RoomName>, of holder: String, isWhole: Bool) {
        let rooms = Array(rooms)
        for start in stride(from: 0, to: rooms.count, by: Self.listBatch) {
            let batch = rooms[start...].prefix(Self.listBatch)
            self.commands.submit(self.listing(batch, of: holder, isWhole: isWhole))
        }
    }

    private func listing(_ rooms: ArraySlice<RoomName>, of holder: String, isWhole: Bool) -> RedisRequest {
        var command = RedisCommand("SADD", self.keys.rooms(of: holder))
        for room in rooms { command.append(room.rawValue) }
        if isWhole { command.append(HolderRooms.mark) }
        return RedisRequest(command)
    }

    func leaseRequest(_ script: RedisScript, _ holder: HolderID) -> RedisRequest {
        RedisRequest(script, keys: self.keys.holders) { $0.append(holder.rawValue) }
    }
}
