import Testing

@testable import ChatCore

@Suite("Which rooms are restored, and in which pieces", .patience)
struct RestoreQueueTests {
    private var queue = RestoreQueue()
    private var users: [RoomName: [User]] = [:]

    private func room(_ name: String) throws -> RoomName { try RoomName(name) }

    private func user(_ number: Int) throws -> User {
        let digits = String(number)
        let id = "u" + String(repeating: "0", count: 5 - digits.count) + digits
        return User(id: UserID(id), name: try UserName(id))
    }

    private mutating func begin() -> [HeldPart] {
        let users = self.users
        return self.queue.begin(told: { _ in 7 }, users: { users[$0] ?? [] })
    }

    private let done = HeldPart.Answer(version: 9, isDone: true)
    private let unfinished = HeldPart.Answer(version: 9, isDone: false)

    @Test mutating func `a small room is one part, with what was told there`() throws {
        let lobby = try self.room("lobby")
        self.users[lobby] = [try self.user(2), try self.user(1)]
        self.queue.add(lobby)
        self.queue.add(lobby)
        let parts = self.begin()
        let users = [try self.user(1), try self.user(2)]
        #expect(parts == [HeldPart(room: lobby, told: 7, users: users)])
        #expect(self.begin() == [])
        #expect(!self.queue.isDone(lobby))
        #expect(self.queue.finished(parts[0], self.done) == true)
        #expect(self.queue.isEmpty && self.queue.isDone(lobby))
    }

    @Test mutating func `a room that nobody is in any more is restored too, to nobody`() throws {
        let lobby = try self.room("lobby")
        self.queue.add(lobby)
        let parts = self.begin()
        #expect(parts == [HeldPart(room: lobby, told: 7, users: [])])
        // Too many were there for one script.
        #expect(self.queue.finished(parts[0], self.unfinished) == false)
        #expect(self.begin() == parts)
        #expect(self.queue.finished(parts[0], self.done) == true)
    }

    @Test mutating func `a large room comes in parts that leave nothing out, each made when it is sent`() throws {
        let lobby = try self.room("lobby")
        self.users[lobby] = try (0..<450).map { try self.user(2 * $0) }.shuffled()
        let (late, gone) = (try self.user(801), try self.user(898))
        self.queue.add(lobby)
        var parts: [HeldPart] = []
        while let part = self.begin().first {
            parts.append(part)
            // Somebody comes before what is still to be sent, and goes.
            if parts.count == 1 { self.users[lobby]?.append(late) }
            self.users[lobby]?.removeAll { $0 == gone }
            _ = self.queue.finished(part, self.done)
        }
        #expect(parts.map(\.users.count) == [200, 200, 50])
        #expect(parts.map(\.after) == [nil, parts[0].users.last?.id, parts[1].users.last?.id])
        #expect(parts.map(\.through) == [parts[0].users.last?.id, parts[1].users.last?.id, nil])
        #expect(parts[2].users.contains(late) && !parts[2].users.contains(gone))
    }

    @Test mutating func `a batch has a bound of rooms and of users`() throws {
        for index in 0..<100 {
            let room = try self.room("r\(index)")
            self.users[room] = [try self.user(index)]
            self.queue.add(room)
        }
        let parts = self.begin()
        #expect(parts.count == RestoreQueue.roomsAtOnce)
        for part in parts { #expect(self.queue.finished(part, self.done) == true) }
        let large = try self.room("large")
        self.users[large] = try (0..<300).map(self.user)
        self.queue = RestoreQueue()
        for room in [try self.room("r1"), large, try self.room("r2")] { self.queue.add(room) }
        let next = self.begin()
        #expect(next.map(\.room.rawValue) == ["r1", "large"])
        #expect(next.reduce(0) { $0 + $1.users.count } == RestoreQueue.usersAtOnce)
    }

    @Test mutating func `a part that fails stays, and the others have their turn before it`() throws {
        let (first, second) = (try self.room("a"), try self.room("b"))
        self.queue.add(first)
        self.queue.add(second)
        let parts = self.begin()
        #expect(self.queue.finished(parts[0], nil) == false)
        #expect(self.queue.finished(parts[1], self.done) == true)
        self.queue.add(second)
        let next = self.begin()
        #expect(next.map(\.room) == [first, second])
    }

    @Test mutating func `rooms that wait are passed over in slices, and the others are found behind them`() throws {
        let count = 4 * RestoreQueue.passedAtOnce
        for index in 0..<count { self.queue.add(try self.room("away-\(index)")) }
        let here = try self.room("here")
        self.queue.add(here)
        var asked = 0
        func search(_ queue: inout RestoreQueue) -> [HeldPart] {
            let before = asked
            let parts = queue.begin(told: { _ in 0 }, users: { _ in [] }) { room in
                asked += 1
                return room != here
            }
            #expect(asked - before <= RestoreQueue.passedAtOnce + 1)
            return parts
        }
        self.queue.beginSearch()
        var parts: [HeldPart] = []
        while parts.isEmpty, !self.queue.allWait { parts = search(&self.queue) }
        #expect(parts.map(\.room) == [here])
        _ = self.queue.finished(parts[0], self.done)
        // All others have been asked since then when it is known that all wait, the first of them in the search that found it.
        asked = 0
        repeat { parts = search(&self.queue) } while parts.isEmpty && !self.queue.allWait
        #expect(parts.isEmpty && self.queue.allWait && asked == count - RestoreQueue.passedAtOnce)
        // When their server is back they are all there.
        self.queue.beginSearch()
        #expect(!self.queue.allWait)
        #expect(self.begin().count == RestoreQueue.roomsAtOnce)
    }

    @Test mutating func `a room that is doubted while its part is under way is begun with once more`() throws {
        let lobby = try self.room("lobby")
        self.users[lobby] = try (0..<250).map(self.user)
        self.queue.add(lobby)
        let part = try #require(self.begin().first)
        self.queue.add(lobby)
        #expect(self.begin() == [])
        #expect(self.queue.finished(part, self.done) == false)
        let again = self.begin()
        #expect(again.first?.after == nil && again.count == 1)
    }
}

@Suite("Where a user is", .patience)
struct LingeringRoomsTests {
    @Test func `rooms of a user who lingers are found, and nothing is kept of one who is gone`() throws {
        var lingering = LingeringRooms()
        let (mina, lobby, kitchen) = (UserID("mina"), try RoomName("lobby"), try RoomName("kitchen"))
        lingering.add(mina, in: lobby)
        lingering.add(mina, in: lobby)
        lingering.add(mina, in: kitchen)
        #expect(lingering.rooms(of: mina) == [lobby, kitchen])
        lingering.remove(mina, in: lobby)
        #expect(lingering.rooms(of: mina) == [kitchen])
        lingering.remove(mina, in: lobby)
        lingering.remove(mina, in: kitchen)
        #expect(lingering.isEmpty)
    }
}
