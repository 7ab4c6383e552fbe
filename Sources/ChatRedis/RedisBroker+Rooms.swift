package import ChatCore
internal import NIOCore

extension RedisBroker {
    package func rooms(after cursor: RoomName?, limit: Int) async throws(BrokerError) -> RoomPage {
        var found: [RoomSummary] = []
        var last = cursor
        while true {
            let names = try await self.indexed(after: last, limit: limit + 1)
            for (room, summary) in zip(names, try await self.summaries(names)) {
                guard let summary else {
                    self.forget(room)
                    continue
                }
                guard found.count < limit else { return RoomPage(rooms: found, cursor: found.last?.room) }
                found.append(summary)
            }
            guard let name = names.last, names.count > limit else { return RoomPage(rooms: found, cursor: nil) }
            last = name
        }
    }

    private func indexed(after cursor: RoomName?, limit: Int) async throws(BrokerError) -> [RoomName] {
        let from = cursor.map { "(" + $0.rawValue } ?? "-"
        let reply = try await self.perform(
            RedisRequest(RedisCommand("ZRANGEBYLEX", self.keys.roomNames, from, "+", "LIMIT", "0", String(limit)))
        )
        return (reply.array ?? []).compactMap { $0.string.flatMap { try? RoomName($0) } }
    }

    /// Sums rooms up; one that has neither members nor a log is nil.
    private func summaries(_ rooms: [RoomName]) async throws(BrokerError) -> [RoomSummary?] {
        let results = await self.performAll(rooms.map { self.presenceRequest(.summary, $0) })
        var summaries: [RoomSummary?] = []
        for (room, result) in zip(rooms, results) {
            guard let parts = try result.get().array, parts.count == 4, let members = parts[0].count,
                let seq = parts[1].count
            else { throw .isUnintelligible }
            let summary = RoomSummary(room: room, memberCount: members, seq: seq, lastTime: parts[2].count)
            summaries.append(members == 0 && parts[3].count == 0 ? nil : summary)
        }
        return summaries
    }

    /// Enters a room in the index, unless that was done a moment ago.
    func touch(_ room: RoomName, at time: Int) {
        guard self.index.touch(room, now: .now()) else { return }
        self.note(RedisCommand("ZADD", self.keys.rooms, String(time), room.rawValue))
        self.note(RedisCommand("ZADD", self.keys.roomNames, "0", room.rawValue))
    }

    /// Takes rooms out of the index that have shown no sign of life for as long as their epoch is kept, a few at a time.
    func pruneIndex() {
        let oldest = WallClock.milliseconds() - RedisScriptSet.roomSeconds * 1000
        var request = RedisRequest(
            RedisCommand("ZRANGEBYSCORE", self.keys.rooms, "-inf", String(oldest), "LIMIT", "0", "100")
        )
        request.completion = { result in
            guard case .success(let reply) = result else { return }
            for name in reply.array ?? [] {
                if let room = name.string.flatMap({ try? RoomName($0) }) { self.forget(room) }
            }
        }
        self.commands.submit(request)
    }

    private func forget(_ room: RoomName) {
        self.note(RedisCommand("ZREM", self.keys.rooms, room.rawValue))
        self.note(RedisCommand("ZREM", self.keys.roomNames, room.rawValue))
    }

    /// Sends a command whose failure does not matter.
    private func note(_ command: RedisCommand) { self.commands.submit(RedisRequest(command)) }
}
