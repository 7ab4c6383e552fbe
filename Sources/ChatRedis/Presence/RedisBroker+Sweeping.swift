internal import ChatCore
internal import Logging
internal import NIOCore

// Every node looks at the leases of all holders. Who is found dead is written down as such, by one node, and swept by one,
// room by room; what a node that dies meanwhile has left of it is taken over by another.
extension RedisBroker {
    /// The most rooms that are swept at once: between two of them, others have their turn in Redis.
    private static let roomsAtOnce = 16
    /// For how long a node sweeps without saying that it goes on.
    private static let claim = Duration.seconds(30)

    /// How often the leases are looked at.
    var lookInterval: TimeAmount { TimeAmount(self.configuration.lease / LeaseWatch.looksPerLease) }

    /// Sees to it that the leases are looked at, if it is time.
    func askForLook(_ now: NIODeadline) {
        guard self.commands.isActive else { return }
        if now >= self.nextLook {
            self.nextLook = now + self.lookInterval
            self.isRegularLook = true
            self.lookSignal.yield()
        }
        if let hintedLook, now >= hintedLook {
            self.hintedLook = nil
            self.lookSignal.yield()
        }
    }

    /// Looks at the leases whenever it is asked to, one look after the other.
    func watchLeases() async {
        for await _ in self.lookSignals {
            let isRegular = self.isRegularLook
            self.isRegularLook = false
            await self.look(isRegular: isRegular)
        }
    }

    /// A holder goes away; its members leave after so long.
    func holderEnds(after milliseconds: Int) {
        let longest = Int(self.configuration.lease.inMilliseconds)
        // The first node to look does it for all.
        let delay = min(max(0, milliseconds), longest) + .random(in: 10...500)
        let time = NIODeadline.now() + .milliseconds(Int64(delay))
        // The shards of a node end at about the same time, and are swept together.
        self.hintedLook = self.hintedLook.map { max($0, time) } ?? time
    }

    /// Has the table read a moment later, out of turn.
    private func hintLook() { self.hintedLook = self.hintedLook ?? .now() + Self.retryDelay }

    /// Reads the leases of all holders, and does what has to be done about each.
    ///
    /// - Parameter isRegular: Whether it was time; another look tells nothing of who renews.
    func look(isRegular: Bool) async {
        let request = RedisRequest(.lookAtLeases, keys: self.keys.holders)
        guard let parts = await self.attempt(request)?.array, parts.count == 2, let time = parts[0].count,
            let flat = parts[1].array
        else { return }
        self.clock = RedisClock(time: time, at: .now())
        var table: [String: String] = [:]
        for index in stride(from: 0, to: flat.count - 1, by: 2) {
            if let holder = flat[index].string, let lease = flat[index + 1].string { table[holder] = lease }
        }
        self.discovered(in: table)
        self.knownHolders = Set(table.filter { LeaseWatch.discovered($0.value) == nil }.keys)
        self.clockIsKnown = true
        for (holder, verdict) in self.watch.looked(table, time: time, isRegular: isRegular) {
            switch verdict {
            case .bury:
                guard await self.judge(holder, table[holder] ?? "", "dead") else { continue }
                self.logger.notice("a holder of members is no more", metadata: ["holder": "\(holder)"])
                // Who went away of itself never comes back, and need not be remembered.
                await self.sweep(holder, then: LeaseWatch.goesAway(table[holder] ?? "") ? "forget" : "gone")
            case .sweep: await self.sweep(holder, then: "gone")
            case .forget: _ = await self.judge(holder, table[holder] ?? "", "forget")
            }
        }
    }

    /// Sends a request that is not worth waiting for a connection: what fails is done with the next look.
    func attempt(_ request: RedisRequest) async -> RedisReply? {
        guard self.commands.isActive else { return nil }
        var request = request
        request.isRepeatable = false
        return try? await self.perform(request)
    }

    /// Writes down what has become of a holder.
    ///
    /// - Returns: Whether its lease was still as it had been.
    func judge(_ holder: String, _ lease: String, _ word: String) async -> Bool {
        await self.attempt(self.judgement(holder, lease, word))?.integer == 1
    }

    private func judgement(_ holder: String, _ lease: String, _ word: String) -> RedisRequest {
        var request = self.leaseRequest(.judgeLease, HolderID(holder))
        request.command.append(lease)
        request.command.append(word)
        return request
    }

    /// Takes a dead holder's members out of their rooms, unless another node does.
    ///
    /// - Parameters:
    ///   - holder: The holder.
    ///   - word: What becomes of it then, if its list is whole.
    private func sweep(_ holder: String, then word: String) async {
        let (list, sweeper) = (self.keys.rooms(of: holder), self.keys.sweeper(of: holder))
        let milliseconds = String(Self.claim.inMilliseconds)
        let mine = RedisCommand("SET", sweeper, self.incarnation, "NX", "PX", milliseconds)
        guard await self.attempt(RedisRequest(mine))?.word == "OK" else { return }
        let mark = RedisRequest(RedisCommand("SISMEMBER", list, HolderRooms.mark))
        guard let isWhole = await self.attempt(mark)?.integer.map({ $0 == 1 }) else { return }
        while true {
            // One of them may be the mark.
            let rooms = RedisCommand("SRANDMEMBER", list, String(Self.roomsAtOnce + 1))
            guard let found = await self.attempt(RedisRequest(rooms))?.array?.compactMap(\.string) else { return }
            let names = found.filter { $0 != HolderRooms.mark }
            guard !names.isEmpty else { break }
            guard await self.sweep(holder, names, list) else { return }
            let goesOn = RedisRequest(RedisCommand("PEXPIRE", sweeper, milliseconds))
            guard await self.attempt(goesOn) != nil else { return }
        }
        _ = await self.attempt(RedisRequest(RedisCommand("SREM", list, HolderRooms.mark)))
        guard await self.judge(holder, "", isWhole ? word : "gone") else { return }
        _ = await self.attempt(RedisRequest(RedisCommand("DEL", sweeper)))
        if !isWhole { self.tellLoss(of: holder) }
    }

    /// Nobody knows in which rooms a dead holder has members: every node looks at its own, at once.
    private func tellLoss(of holder: String) {
        self.logger.notice("the rooms of a dead holder are looked for", metadata: ["holder": "\(holder)"])
        var command = RedisCommand("PUBLISH", self.keys.control)
        command.append(ControlMessage.roomsLost.encoded)
        self.commands.submit(RedisRequest(command))
    }

    /// Sweeps some members of a holder in some of its rooms.
    ///
    /// - Returns: Whether it can go on.
    private func sweep(_ holder: String, _ names: [String], _ list: String) async -> Bool {
        let rooms = names.map { (name: $0, room: try? RoomName($0)) }
        let requests = rooms.compactMap(\.room).map { room in
            self.presenceRequest(.sweep, room) { $0.append(holder) }
        }
        let results = await self.performAll(requests)
        // What is no room's name was written by another program, and has no members.
        var command = RedisCommand("SREM", list)
        var isEmpty = true
        for name in rooms.filter({ $0.room == nil }).map(\.name) {
            command.append(name)
            isEmpty = false
        }
        var fails = false
        for (room, result) in zip(rooms.compactMap(\.room), results) {
            guard case .success(let reply) = result else {
                fails = true
                continue
            }
            guard reply.integer == 0 else { continue }
            command.append(room.rawValue)
            isEmpty = false
        }
        if !isEmpty, await self.attempt(RedisRequest(command)) == nil { return false }
        return !fails
    }

    // MARK: Holders that are found in rooms

    /// The holders of each room are compared with the table when it is looked at next.
    ///
    /// That is so when something was lost that would tell where a dead holder has members.
    func compareHolders() { self.holdersDoubted = .now() }

    /// Members of these holders were found in a room; the table is compared with that when it is read next.
    func found(_ holders: [String], in room: RoomName) {
        for holder in holders where !self.holdings.knows(HolderID(holder)) {
            self.foundHolders[holder, default: []].insert(room)
            if !self.knownHolders.contains(holder) { self.hintLook() }
        }
    }

    /// Sees to it that those who were found in rooms are swept there when they are dead, whatever was lost of them.
    private func discovered(in table: [String: String]) {
        let found = self.foundHolders
        self.foundHolders = [:]
        for (holder, rooms) in found {
            guard let discovery = LeaseWatch.discovered(table[holder]) else { continue }
            switch discovery {
            case .enter:
                self.addToList(rooms, of: holder, isWhole: false)
                let lease = "0 \(self.clock.milliseconds(.now()))"
                self.commands.submit(RedisRequest(RedisCommand("HSETNX", self.keys.holders, holder, lease)))
            case .sweepAgain:
                // Whoever knows of others finds them as these were found.
                self.addToList(rooms, of: holder, isWhole: true)
                self.commands.submit(self.judgement(holder, table[holder] ?? "", "dead"))
                self.hintLook()
            case .list: self.addToList(rooms, of: holder, isWhole: false)
            }
        }
    }
}

/// The time by Redis' clock, as far as it was told.
struct RedisClock {
    var time: Int
    var at: NIODeadline

    func milliseconds(_ now: NIODeadline) -> Int { self.time + Int((now - self.at).nanoseconds / 1_000_000) }
}
