internal import ChatCore
internal import Logging
internal import NIOCore

/// Checks the leases of all holders, and removes the members of dead holders from their rooms.
///
/// Every node checks. One node records a holder as dead, and one node sweeps it, room by room; when that node dies
/// meanwhile, another one continues. It belongs to the broker and is used on its event loop only.
final class LeaseSweeper {
    /// The most rooms that are swept at once: between two of them, Redis serves other requests.
    private static let roomsAtOnce = 16
    /// The time for which a node may sweep before it has to renew its claim.
    private static let claim = Duration.seconds(30)
    /// The delay before an extra reading of the table.
    private static let hintDelay = TimeAmount.seconds(1)

    /// The time of the last request to compare the holders of all rooms with the table: data were lost then that show
    /// where a dead holder has members.
    private(set) var holdersDoubted = NIODeadline.now()

    private let table: HolderTable
    private let leases: HolderLeases
    private let requests: RoomScriptCalls
    private let router: RequestRouter
    private let clock: RedisClock
    private let incarnation: String
    private let logger: Logger
    private let lease: Duration
    private var watch: LeaseWatch
    private var schedule: LookSchedule
    /// The holders that were found in rooms since the table was last read, and the rooms.
    private var foundHolders: [String: Set<RoomName>] = [:]
    /// The holders that were in the table at the last reading and not dead.
    private var knownHolders: Set<String> = []
    /// Wakes the task that checks the leases.
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    init(
        _ table: HolderTable,
        _ leases: HolderLeases,
        _ requests: RoomScriptCalls,
        _ router: RequestRouter,
        _ clock: RedisClock,
        lease: Duration,
        incarnation: String,
        logger: Logger
    ) {
        (self.table, self.leases, self.requests) = (table, leases, requests)
        (self.router, self.clock) = (router, clock)
        (self.incarnation, self.logger, self.lease) = (incarnation, logger, lease)
        self.watch = LeaseWatch(lease: Int(lease.inMilliseconds))
        self.schedule = LookSchedule(interval: TimeAmount(lease / LeaseWatch.looksPerLease), now: .now())
        (self.signals, self.signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    // MARK: The times of the checks

    /// Starts a check of the leases, if it is time.
    func tick(_ now: NIODeadline) {
        if self.table.isActive, self.schedule.isDue(now) { self.signal.yield() }
    }

    /// A holder goes away; its members leave after this time.
    func holderEnds(after milliseconds: Int) {
        let longest = Int(self.lease.inMilliseconds)
        // The first node that checks does it for all.
        let delay = min(max(0, milliseconds), longest) + .random(in: 10...500)
        self.schedule.hint(at: .now() + .milliseconds(Int64(delay)), isAtLeast: true)
    }

    /// Checks the leases whenever it is time, one check after the other, until the task is cancelled.
    func run() async {
        for await _ in self.signals { await self.look(isRegular: self.schedule.begin()) }
    }

    /// Commands go over a new connection: nobody could renew a lease meanwhile.
    func beginAnew() { self.watch.beginAnew() }

    // MARK: Looking

    /// Reads the leases of all holders, and takes the necessary step for each.
    ///
    /// - Parameter isRegular: Whether it was the regular time; an extra look says nothing about renewals.
    func look(isRegular: Bool) async {
        let request = RedisRequest(.lookAtLeases, keys: self.table.keys.holders)
        guard let parts = await self.table.attempt(request)?.array, parts.count == 2, let time = parts[0].count,
            let flat = parts[1].array
        else { return }
        self.clock.told(time, .now())
        var leases: [String: String] = [:]
        for index in stride(from: 0, to: flat.count - 1, by: 2) {
            if let holder = flat[index].string, let lease = flat[index + 1].string { leases[holder] = lease }
        }
        self.compareFound(with: leases)
        self.knownHolders = Set(leases.filter { LeaseWatch.discovered($0.value) == nil }.keys)
        for (holder, verdict) in self.watch.looked(leases, time: time, isRegular: isRegular) {
            switch verdict {
            case .bury:
                guard await self.table.judge(holder, leases[holder] ?? "", "dead") else { continue }
                self.logger.notice("a holder of members is no more", metadata: ["holder": "\(holder)"])
                // A holder that ended by itself never comes back, and need not be remembered.
                await self.sweep(holder, then: LeaseWatch.goesAway(leases[holder] ?? "") ? "forget" : "gone")
            case .sweep: await self.sweep(holder, then: "gone")
            case .forget: _ = await self.table.judge(holder, leases[holder] ?? "", "forget")
            }
        }
    }

    // MARK: Sweeping

    /// Removes a dead holder's members from their rooms, unless another node does.
    ///
    /// - Parameters:
    ///   - holder: The holder.
    ///   - word: The state that it gets after that, if its list is complete.
    private func sweep(_ holder: String, then word: String) async {
        let (list, sweeper) = (self.table.keys.rooms(of: holder), self.table.keys.sweeper(of: holder))
        let milliseconds = String(Self.claim.inMilliseconds)
        let mine = RedisCommand("SET", sweeper, self.incarnation, "NX", "PX", milliseconds)
        guard await self.table.attempt(RedisRequest(mine, on: sweeper))?.word == "OK" else { return }
        let mark = RedisRequest(RedisCommand("SISMEMBER", list, HolderRooms.mark), on: list)
        guard let isWhole = await self.table.attempt(mark)?.integer.map({ $0 == 1 }) else { return }
        while true {
            // One of them may be the mark.
            let rooms = RedisRequest(RedisCommand("SRANDMEMBER", list, String(Self.roomsAtOnce + 1)), on: list)
            guard let found = await self.table.attempt(rooms)?.array?.compactMap(\.string) else { return }
            let names = found.filter { $0 != HolderRooms.mark }
            guard !names.isEmpty else { break }
            guard await self.sweep(holder, names, list) else { return }
            let goesOn = RedisRequest(RedisCommand("PEXPIRE", sweeper, milliseconds), on: sweeper)
            guard await self.table.attempt(goesOn) != nil else { return }
        }
        _ = await self.table.attempt(RedisRequest(RedisCommand("SREM", list, HolderRooms.mark), on: list))
        guard await self.table.judge(holder, "", isWhole ? word : "gone") else { return }
        _ = await self.table.attempt(RedisRequest(RedisCommand("DEL", sweeper), on: sweeper))
        if !isWhole { self.tellLoss(of: holder) }
    }

    /// It is unknown in which rooms a dead holder has members: every node checks its own rooms at once.
    private func tellLoss(of holder: String) {
        self.logger.notice("the rooms of a dead holder are looked for", metadata: ["holder": "\(holder)"])
        var command = RedisCommand("PUBLISH", self.table.keys.control)
        command.append(ControlMessage.roomsLost.encoded)
        self.table.router.submit(RedisRequest(command, on: self.table.keys.control))
    }

    /// Sweeps some members of a holder in some of its rooms.
    ///
    /// - Returns: Whether it can go on.
    private func sweep(_ holder: String, _ names: [String], _ list: String) async -> Bool {
        // A name that is not valid for a room was written by another program, and has no members.
        var done: [String] = []
        var rooms: [RoomName] = []
        for name in names {
            if let room = try? RoomName(name) { rooms.append(room) } else { done.append(name) }
        }
        let sweeps = rooms.map { room in self.requests.presence(.sweep, room) { $0.append(holder) } }
        var fails = false
        for (room, result) in zip(rooms, await self.router.performAll(sweeps)) {
            switch result {
            case .success(let reply): if reply.integer == 0 { done.append(room.rawValue) }
            case .failure: fails = true
            }
        }
        guard !done.isEmpty else { return !fails }
        var command = RedisCommand("SREM", list)
        for name in done { command.append(name) }
        return await self.table.attempt(RedisRequest(command, on: list)) != nil && !fails
    }

    // MARK: Holders that are found in rooms

    /// The holders of each room are compared with the table at the room's next check.
    func compareHolders() { self.holdersDoubted = .now() }

    /// Members of these holders were found in a room; the next reading of the table compares them.
    func found(_ holders: [String], in room: RoomName) {
        for holder in holders where !self.leases.knows(holder) {
            self.foundHolders[holder, default: []].insert(room)
            if !self.knownHolders.contains(holder) { self.hintLook() }
        }
    }

    /// Schedules an extra reading of the table a moment later.
    private func hintLook() { self.schedule.hint(at: .now() + Self.hintDelay, isAtLeast: false) }

    /// Makes sure that holders found in rooms are swept there when they are dead, even if their records were lost.
    private func compareFound(with leases: [String: String]) {
        let found = self.foundHolders
        self.foundHolders = [:]
        for (holder, rooms) in found {
            guard let discovery = LeaseWatch.discovered(leases[holder]) else { continue }
            switch discovery {
            case .enter:
                self.table.list(rooms, of: holder, isWhole: false)
                let lease = "0 \(self.clock.milliseconds(.now()))"
                let command = RedisCommand("HSETNX", self.table.keys.holders, holder, lease)
                self.table.router.submit(RedisRequest(command, on: self.table.keys.holders))
            case .sweepAgain:
                // Nodes in other rooms find it there in the same way.
                self.table.list(rooms, of: holder, isWhole: true)
                self.table.router.submit(self.table.judgement(holder, leases[holder] ?? "", "dead"))
                self.hintLook()
            case .list: self.table.list(rooms, of: holder, isWhole: false)
            }
        }
    }
}
