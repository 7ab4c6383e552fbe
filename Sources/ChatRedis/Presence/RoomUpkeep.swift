internal import ChatCore
internal import NIOCore

/// At intervals, extends the time to live of a room's keys, and compares the holders that have members there with the
/// table of leases.
///
/// Every node does this for each of its rooms, by plain commands, since a script costs Redis several times as much. It
/// belongs to the broker and is used on its event loop only.
final class RoomUpkeep {
    /// The interval at which a room's keys get more time to live, its holders are compared with the table, and it is
    /// entered in the index of rooms again.
    private static let interval = TimeAmount.minutes(5)

    private let router: RequestRouter
    private let keys: RedisKeys
    private let agenda: RoomAgenda
    private let sweeper: LeaseSweeper
    private let index: RoomDirectory
    private let roomSeconds: Int64

    init(
        _ router: RequestRouter,
        _ keys: RedisKeys,
        _ agenda: RoomAgenda,
        _ sweeper: LeaseSweeper,
        _ index: RoomDirectory,
        roomSeconds: Int64
    ) {
        (self.router, self.keys, self.agenda) = (router, keys, agenda)
        (self.sweeper, self.index, self.roomSeconds) = (sweeper, index, roomSeconds)
    }

    /// Does the upkeep, if it is time.
    func keepIfDue(_ followed: FollowedRoom, _ now: NIODeadline) {
        if self.isDue(followed, now) { self.keep(followed, now) }
    }

    private func isDue(_ followed: FollowedRoom, _ now: NIODeadline) -> Bool {
        guard let last = followed.upkeptAt else { return true }
        // If a record of the room was lost, records of its holders may be lost, too.
        let doubted = max(self.sweeper.holdersDoubted, followed.loss.lastTold ?? last)
        return last < doubted || now - last >= Self.interval
    }

    /// Extends the time to live of a room's keys, compares its holders with the table of leases, and checks the numbers
    /// of its members' records.
    private func keep(_ followed: FollowedRoom, _ now: NIODeadline) {
        let room = followed.room
        let (held, members, names) = (self.keys.held(room), self.keys.members(room), self.keys.names(room))
        var commands = [
            RedisCommand("ZRANGEBYLEX", held, "-", "+", "LIMIT", "0", "1"),
            RedisCommand("ZREVRANGEBYLEX", held, "+", "-", "LIMIT", "0", "1"),
            RedisCommand("ZCARD", held),
            RedisCommand("ZCARD", members),
            RedisCommand("HLEN", names),
            RedisCommand("EXPIRE", self.keys.meta(room), String(self.roomSeconds)),
        ]
        if self.router.legacyNodes != .gone {
            // Nodes of the earlier layout let these expire.
            commands += [members, names, held].map { RedisCommand("PERSIST", $0) }
        }
        Gathering(commands.count) { results in
            guard let answers = try? results.map({ try $0.get() }) else { return }
            // These commands do not run at one moment, so the script checks before anything counts as lost.
            if answers[2] != answers[3] || answers[4].integer ?? 0 > answers[3].integer ?? 0 {
                self.agenda.schedule(.lookOnce, followed, at: .now())
            }
            let ends = answers.prefix(2).map { $0.array?.first?.string.flatMap(Self.holder) }
            guard let first = ends[0], let last = ends[1] else { return self.kept(followed, [], now) }
            guard first != last else { return self.kept(followed, [first], now) }
            self.listHolders(of: followed, now)
        }.submit(commands.map { RedisRequest($0, on: held) }) { self.router.submit($0) }
    }

    /// Several holders have members there, and telling them apart would need one command after the other.
    private func listHolders(of followed: FollowedRoom, _ now: NIODeadline) {
        var request = RedisRequest(.holders, keys: self.keys.held(followed.room))
        request.completion = { result in
            guard let parts = (try? result.get())?.array else { return }
            self.kept(followed, parts.compactMap(\.string), now)
        }
        self.router.submit(request)
    }

    private func kept(_ followed: FollowedRoom, _ holders: [String], _ now: NIODeadline) {
        followed.upkeptAt = now
        self.sweeper.found(holders, in: followed.room)
        if !holders.isEmpty { self.index.touch(followed.room) }
    }

    /// Reads the holder in an entry `<holder>` NUL `<user>`.
    private static func holder(_ entry: String) -> String? {
        entry.utf8.firstIndex(of: 0).map { String(entry[..<$0]) }
    }
}
