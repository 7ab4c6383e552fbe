package import ChatCore
internal import NIOCore

extension RedisBroker {
    /// The most pages of the index that are read for one answer, when most of what they name is no more.
    private static let indexPages = 3

    package func rooms(after cursor: RoomName?, limit: Int) async throws(BrokerError) -> RoomPage {
        var found: [RoomSummary] = []
        var last = cursor
        for _ in 0..<Self.indexPages {
            let names = try await self.indexed(after: last, limit: limit + 1)
            for (room, summary) in zip(names, try await self.summaries(names)) {
                guard let summary else {
                    self.forget([room])
                    continue
                }
                guard found.count < limit else { return RoomPage(rooms: found, cursor: found.last?.room) }
                found.append(summary)
            }
            guard let name = names.last, names.count > limit else { return RoomPage(rooms: found, cursor: nil) }
            last = name
        }
        return RoomPage(rooms: found, cursor: last)
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

    // MARK: The index

    /// Enters a room in the index with the others of this tick, unless that was done a while ago.
    func touch(_ room: RoomName) {
        guard self.index.touch(room, now: .now()) else { return }
        self.eventLoop.assumeIsolated().execute { self.assumeIsolated { $0.enterInIndex() } }
    }

    private func enterInIndex() {
        let time = String(self.clock.milliseconds(.now()))
        for rooms in self.index.take() {
            var (times, names) = (RedisCommand("ZADD", self.keys.rooms), RedisCommand("ZADD", self.keys.roomNames))
            for room in rooms {
                times.append(time)
                times.append(room.rawValue)
                names.append("0")
                names.append(room.rawValue)
            }
            for command in [times, names] {
                var request = RedisRequest(command)
                request.completion = { if case .failure = $0 { self.index.failed(rooms) } }
                self.commands.submit(request)
            }
        }
    }

    /// Takes rooms out of the index that have shown no sign of life for as long as their epoch is kept, a few at a time.
    ///
    /// All times are Redis': a node whose clock is wrong takes out nothing.
    func keepIndex(_ now: NIODeadline) {
        guard self.clockIsKnown, self.index.prune(now: now) else { return }
        let oldest = self.clock.milliseconds(now) - RedisScriptSet.roomSeconds * 1000
        var request = RedisRequest(
            RedisCommand("ZRANGEBYSCORE", self.keys.rooms, "-inf", String(oldest), "LIMIT", "0", "100")
        )
        request.completion = { result in
            guard case .success(let reply) = result else { return }
            self.forget((reply.array ?? []).compactMap { $0.string.flatMap { try? RoomName($0) } })
        }
        self.commands.submit(request)
    }

    private func forget(_ rooms: [RoomName]) {
        guard !rooms.isEmpty else { return }
        self.index.failed(rooms)
        for key in [self.keys.rooms, self.keys.roomNames] {
            var command = RedisCommand("ZREM", key)
            for room in rooms { command.append(room.rawValue) }
            self.commands.submit(RedisRequest(command))
        }
    }
}
