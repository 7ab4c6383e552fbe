import ChatCore
import Testing
import TestSupport

@testable import ChatMemory

/// What the embedded broker forgets, by how often it looks at a room.
@Suite("What is forgotten", .patience) struct MemoryRoomsTests {
    private static let count = 20_000
    private static let hour = 3_600_000

    private var rooms: MemoryRooms
    private let limits = LogLimits()
    private let names: [RoomName]
    private let samples: Samples

    init() throws {
        self.samples = try Samples()
        self.rooms = MemoryRooms(limits: self.limits)
        self.names = try (0..<Self.count).map { try RoomName("r\($0)") }
        for name in self.names { _ = self.rooms.make(name) }
    }

    /// Forgets all that is due, piece by piece.
    ///
    /// - Returns: How often rooms were looked at, and the most at once.
    private mutating func forget(_ now: Int) -> (looks: Int, most: Int) {
        var (looks, most) = (0, 0)
        while true {
            let piece = self.rooms.forget(now, limit: 500)
            (looks, most) = (looks + piece, max(most, piece))
            if piece < 500 { return (looks, most) }
        }
    }

    private mutating func say(_ key: String?, in name: RoomName, _ now: Int) throws {
        let draft = try self.samples.draft("hi", to: name, key: key)
        _ = self.rooms.update(name, now: now) { $0.log.append(draft, now: now, limits: self.limits) }
    }

    @Test mutating func `at rooms in use that keep nothing nobody ever looks`() {
        for name in self.names {
            _ = self.rooms.update(name, now: 0) { $0.roster.enter(self.samples.mina, holder: HolderID("h")) }
        }
        for minute in 0..<1000 { #expect(self.rooms.forget(minute * 60_000, limit: 500) == 0) }
        #expect(self.rooms.count == Self.count)
    }

    @Test mutating func `each room is looked at when it is due, and not before, a few at once`() throws {
        for name in self.names { try self.say(nil, in: name, 0) }
        #expect(self.forget(24 * Self.hour) == (0, 0))
        // What was said is let go of; that there was something is known for as long again.
        #expect(self.forget(24 * Self.hour + 1) == (Self.count, 500))
        #expect(self.forget(48 * Self.hour) == (0, 0))
        #expect(self.rooms.count == Self.count && self.rooms[self.names[7]]?.log.head.seq == 1)
        #expect(self.forget(48 * Self.hour + 1) == (Self.count, 500))
        #expect(self.rooms.count == 0)
    }

    @Test mutating func `a room that is left by all and was never spoken in goes with the next look`() {
        let (mina, holder) = (self.samples.mina, HolderID("h"))
        for name in self.names { _ = self.rooms.update(name, now: 0) { $0.roster.enter(mina, holder: holder) } }
        for name in self.names.prefix(3) {
            _ = self.rooms.update(name, now: 5) { $0.roster.leave(mina.id, holder: holder) }
        }
        #expect(self.forget(4) == (0, 0))
        #expect(self.forget(5) == (3, 3))
        #expect(self.rooms.count == Self.count - 3)
    }

    @Test mutating func `who speaks on is looked at once a day, with a key too, and the room in use stays`() throws {
        let (room, subscriber) = (self.names[0], RecordingSubscriber())
        _ = self.rooms.update(room, now: 0) { $0.subscribers.append(subscriber) }
        var looks = 0
        for hour in 0..<240 {
            try self.say("k\(hour)", in: room, hour * Self.hour)
            looks += self.forget(hour * Self.hour + 1).looks
        }
        #expect(looks <= 10)
        #expect(self.rooms[room]?.log.head.seq == 240)
        // Its last message and key go, and it waits in no queue any more.
        _ = self.forget(300 * Self.hour)
        _ = self.forget(300 * Self.hour + 1)
        #expect(self.rooms[room]?.isDue == false && self.rooms[room]?.log.head.seq == 240)
    }

    @Test func `sessions are looked at when they are due, guests before the others, a few at once`() {
        var sessions = MemorySessions()
        for number in 0..<10_000 {
            sessions.save("\(number)", self.samples.mina, isGuest: number % 2 == 0, now: number)
        }
        let (guest, lasting) = (self.limits.guestSessions.inMilliseconds, self.limits.sessions.inMilliseconds)
        #expect(sessions.forget(guest, self.limits, limit: 500) == 0)
        #expect(sessions.forget(guest + 10_001, self.limits, limit: 500) == 500)
        #expect(sessions.count == 9500)
        for _ in 0..<9 { #expect(sessions.forget(guest + 10_001, self.limits, limit: 500) == 500) }
        #expect(sessions.count == 5000)
        #expect(sessions.use("1", now: guest + 10_001, limits: self.limits) == self.samples.mina)
        var looks = 0
        while sessions.count > 1 { looks += sessions.forget(lasting + 10_001, self.limits, limit: 500) }
        #expect(looks <= 10_500)
        #expect(sessions.use("1", now: lasting + 10_001, limits: self.limits) == self.samples.mina)
    }

    @Test func `a full table forgets the room that nobody is in and that was silent for longest`() throws {
        var rooms = MemoryRooms(limits: self.limits, maximum: 4)
        let (mina, holder) = (self.samples.mina, HolderID("h"))
        func say(_ name: RoomName, _ now: Int) throws {
            let draft = try self.samples.draft("hi", to: name, key: nil)
            _ = rooms.update(name, now: now) { $0.log.append(draft, now: now, limits: self.limits) }
        }
        func make(_ name: RoomName) -> Bool { rooms.make(name) }
        for (index, name) in self.names.prefix(4).enumerated() {
            #expect(make(name))
            if index < 3 { try say(name, 10 + index) }
        }
        // The first is spoken in again, somebody is in the second, and nobody has ever spoken in the fourth.
        try say(self.names[0], 20)
        _ = rooms.update(self.names[1], now: 20) { $0.roster.enter(mina, holder: holder) }
        for (new, gone) in [(4, 3), (5, 4), (6, 5)] {
            #expect(make(self.names[new]))
            #expect(rooms[self.names[gone]] == nil && rooms.count == 4)
            if new == 6 { try say(self.names[6], 30) }
        }
        #expect(make(self.names[7]))
        #expect(rooms[self.names[2]] == nil)
        _ = rooms.update(self.names[7], now: 30) { $0.roster.enter(mina, holder: holder) }
        #expect(make(self.names[8]))
        #expect(rooms[self.names[0]] == nil && rooms[self.names[1]] != nil && rooms[self.names[6]] != nil)
        // In the end everybody is in theirs.
        for name in [6, 8].map({ self.names[$0] }) {
            _ = rooms.update(name, now: 40) { $0.roster.enter(mina, holder: holder) }
        }
        #expect(!make(self.names[9]))
        _ = rooms.update(self.names[1], now: 50) { $0.roster.leave(mina.id, holder: holder) }
        #expect(make(self.names[9]))
        #expect(rooms[self.names[1]] == nil)
    }

    @Test func `a session that a connection uses is forgotten neither for others nor by time`() {
        var sessions = MemorySessions()
        sessions.save("mina", self.samples.mina, now: 0)
        sessions.save("guest", self.samples.mina, isGuest: true, now: 0)
        for hash in ["mina", "mina", "guest", "unknown"] { sessions.hold(hash) }
        for number in 0..<(MemorySessions.maximum + 10) { sessions.save("\(number)", self.samples.mina, now: 1) }
        #expect(sessions.count == MemorySessions.maximum)
        #expect(sessions.user("mina", now: 1, limits: self.limits) != nil)
        #expect(sessions.user("guest", now: 1, limits: self.limits) != nil)
        let later = self.limits.sessions.inMilliseconds + 10
        while sessions.forget(later, self.limits, limit: 500) > 0 {}
        #expect(sessions.count == 2)
        sessions.release("mina")
        #expect(sessions.user("mina", now: 3 * later, limits: self.limits) != nil)
        for hash in ["mina", "mina", "guest"] { sessions.release(hash) }
        while sessions.forget(3 * later, self.limits, limit: 500) > 0 {}
        #expect(sessions.count == 0)
    }
}
