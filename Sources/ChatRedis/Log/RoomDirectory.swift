internal import ChatCore
internal import NIOCore

/// The list of rooms by name: an index in Redis that the nodes maintain.
///
/// It belongs to the broker and is used on its event loop only.
final class RoomDirectory {
    /// The most pages of the index that are read for one answer, when most of their rooms no longer exist.
    private static let pages = 3

    private let router: RequestRouter
    private let requests: RoomScriptCalls
    private let eventLoop: any EventLoop
    private let clock: RedisClock
    private var index = RoomIndex(now: .now())

    init(_ router: RequestRouter, _ requests: RoomScriptCalls, _ clock: RedisClock, on eventLoop: any EventLoop) {
        (self.router, self.requests, self.clock, self.eventLoop) = (router, requests, clock, eventLoop)
    }

    private var keys: RedisKeys { self.requests.keys }

    // MARK: Reading

    /// Rooms that have members or a log, by name.
    func page(after cursor: RoomName?, limit: Int) async throws(BrokerError) -> RoomPage {
        var found: [RoomSummary] = []
        var last = cursor
        for _ in 0..<Self.pages {
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
        let command = RedisCommand("ZRANGEBYLEX", self.keys.roomNames, from, "+", "LIMIT", "0", String(limit))
        return Self.names(try await self.router.perform(RedisRequest(command, on: self.keys.roomNames)))
    }

    private static func names(_ reply: RedisReply) -> [RoomName] {
        (reply.array ?? []).compactMap { $0.string.flatMap { try? RoomName($0) } }
    }

    /// Summarises rooms; one that has neither members nor a log is nil.
    private func summaries(_ rooms: [RoomName]) async throws(BrokerError) -> [RoomSummary?] {
        let results = await self.router.performAll(rooms.map { self.requests.presence(.summary, $0) })
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

    // MARK: Maintenance

    /// Enters a room with the others of this tick, unless it was entered recently.
    func touch(_ room: RoomName) {
        guard self.index.touch(room, now: .now()) else { return }
        self.eventLoop.assumeIsolated().execute { self.enter() }
    }

    private func enter() {
        let time = String(self.clock.milliseconds(.now()))
        for rooms in self.index.take() {
            var (times, names) = (RedisCommand("ZADD", self.keys.rooms), RedisCommand("ZADD", self.keys.roomNames))
            for room in rooms {
                times.append(time)
                times.append(room.rawValue)
                names.append("0")
                names.append(room.rawValue)
            }
            for (command, key) in [(times, self.keys.rooms), (names, self.keys.roomNames)] {
                var request = RedisRequest(command, on: key)
                request.completion = { if case .failure = $0 { self.index.failed(rooms) } }
                self.router.submit(request)
            }
        }
    }

    /// Removes rooms that were inactive for as long as their epoch is kept, a few at a time.
    ///
    /// All times are Redis': a node with a wrong clock removes nothing.
    func tick(_ now: NIODeadline) {
        guard self.router.isActive(for: self.keys.rooms), self.clock.isKnown, self.index.prune(now: now)
        else { return }
        let oldest = self.clock.milliseconds(now) - RedisScriptSet.roomSeconds * 1000
        let command = RedisCommand("ZRANGEBYSCORE", self.keys.rooms, "-inf", String(oldest), "LIMIT", "0", "100")
        var request = RedisRequest(command, on: self.keys.rooms)
        request.completion = { if case .success(let reply) = $0 { self.forget(Self.names(reply)) } }
        self.router.submit(request)
    }

    private func forget(_ rooms: [RoomName]) {
        guard !rooms.isEmpty else { return }
        self.index.failed(rooms)
        for key in [self.keys.rooms, self.keys.roomNames] {
            var command = RedisCommand("ZREM", key)
            for room in rooms { command.append(room.rawValue) }
            self.router.submit(RedisRequest(command, on: key))
        }
    }
}
