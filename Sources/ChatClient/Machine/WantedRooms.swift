internal import ChatCore

/// The rooms that a program wants to be in, whether or not the client is there now.
struct WantedRooms {
    /// One room.
    struct Room: Equatable {
        enum Phase: Equatable {
            /// A `join` must be sent, at once or at a later time, for the tasks that wait for its answer.
            case wanted(notBefore: ContinuousClock.Instant?, waiters: [Int])
            /// The `join` with this id has no answer yet.
            case joining(id: Int, waiters: [Int])
            case joined
        }

        var name: RoomName
        var phase: Phase
        var position: RoomPosition
        var presence = PresenceWatch()

        /// The id of the `join` without an answer.
        var waiters: [Int] {
            switch self.phase {
            case .wanted(notBefore: _, let waiters), .joining(id: _, let waiters): waiters
            case .joined: []
            }
        }

        /// Whether the answer to the `join` with this id counts.
        func isJoining(_ id: Int) -> Bool {
            guard case .joining(id, waiters: _) = self.phase else { return false }
            return true
        }
    }

    private var rooms: [RoomName: Room] = [:]
    /// In the order in which they were wanted, which is the order in which they are joined again.
    private(set) var names: [RoomName] = []

    subscript(name: RoomName) -> Room? { self.rooms[name] }

    /// Rooms in which the client is now.
    var joined: [RoomName] { self.names.filter { self.rooms[$0]?.phase == .joined } }

    /// The next time when a refused room may be tried again, or a room's members are requested.
    var deadline: ContinuousClock.Instant? {
        self.rooms.values.lazy.compactMap {
            switch $0.phase {
            case .wanted(let notBefore, waiters: _): notBefore
            case .joining: nil
            case .joined: $0.presence.deadline
            }
        }.min()
    }

    /// Rooms whose `join` has to be sent now.
    func due(now: ContinuousClock.Instant) -> [RoomName] {
        self.names.filter {
            guard case .wanted(let notBefore, waiters: _) = self.rooms[$0]?.phase else { return false }
            return notBefore.map { $0 <= now } ?? true
        }
    }

    /// The program wants to be in a room.
    ///
    /// A room that it is in already is joined again: from its position, unless the program gives another start.
    mutating func want(_ name: RoomName, _ start: JoinStart, waiter: Int) {
        if var room = self.rooms[name] {
            let waiters = room.waiters + [waiter]
            if start != .live { room.position = RoomPosition(start) }
            if case .joining(let id, waiters: _) = room.phase, start == .live {
                // The join under way is the same, and its answer is for both.
                room.phase = .joining(id: id, waiters: waiters)
            } else {
                room.phase = .wanted(notBefore: nil, waiters: waiters)
            }
            self.rooms[name] = room
        } else {
            self.names.append(name)
            self.rooms[name] = Room(
                name: name,
                phase: .wanted(notBefore: nil, waiters: [waiter]),
                position: RoomPosition(start)
            )
        }
    }

    /// A `join` is sent; returns its start.
    mutating func joining(_ name: RoomName, id: Int) -> JoinStart? {
        guard let room = self.rooms[name] else { return nil }
        self.rooms[name]?.phase = .joining(id: id, waiters: room.waiters)
        return room.position.start
    }

    /// A `join` was answered by `ok`; returns the tasks that wait for it, or nil when the answer is not needed any
    /// more.
    mutating func joined(_ reply: JoinReply, id: Int) -> [Int]? {
        guard var room = self.rooms[reply.room], room.isJoining(id) else { return nil }
        let waiters = room.waiters
        room.phase = .joined
        room.position.joined(reply)
        room.presence.joined(reply.members.version, reply.head.epoch)
        self.rooms[reply.room] = room
        return waiters
    }

    /// A `join` will be tried again later.
    mutating func hold(_ name: RoomName, until instant: ContinuousClock.Instant) {
        _ = self.update(name) { $0.phase = .wanted(notBefore: instant, waiters: $0.waiters) }
    }

    mutating func remove(_ name: RoomName) -> Room? {
        self.names.removeAll { $0 == name }
        return self.rooms.removeValue(forKey: name)
    }

    mutating func removeAll() -> [Room] { self.names.compactMap { self.remove($0) } }

    mutating func disconnected() {
        for name in self.names {
            _ = self.update(name) { room in
                room.phase = .wanted(notBefore: nil, waiters: room.waiters)
                room.presence.disconnected()
            }
        }
    }

    /// Rooms whose members must be requested now, each once.
    mutating func takeIncomplete(now: ContinuousClock.Instant) -> [RoomName] {
        self.joined.filter { self.rooms[$0]?.presence.takeDue(now: now) == true }
    }

    /// Changes the state of a room; does nothing with a room that is not wanted.
    mutating func update<Result>(_ name: RoomName, _ change: (inout Room) -> Result) -> Result? {
        guard var room = self.rooms[name] else { return nil }
        let result = change(&room)
        self.rooms[name] = room
        return result
    }
}
