import ChatCore
import NIOCore
import Testing

@testable import ChatRedis

@Suite("Which holders are dead", .patience)
struct LeaseWatchTests {
    private var watch = LeaseWatch(lease: 42_000)
    /// Redis' clock, which may be set.
    private var time = 1_000_000_000
    /// Who renews, and how often each has.
    private var renewals: [String: Int] = [:]
    private var table: [String: String] = [:]

    /// A seventh of a minute passes: who lives renews at every second look, and one node looks.
    private mutating func pass(_ looks: Int = 1) -> [String: LeaseWatch.Verdict] {
        var verdicts: [String: LeaseWatch.Verdict] = [:]
        for look in 0..<looks {
            self.time += 7000
            for holder in self.renewals.keys where look % 2 == 0 { self.renew(holder) }
            verdicts.merge(self.watch.looked(self.table, time: self.time)) { $1 }
        }
        return verdicts
    }

    private mutating func renew(_ holder: String) {
        self.renewals[holder, default: 0] += 1
        self.table[holder] = "\(self.renewals[holder] ?? 0) \(self.time)"
    }

    @Test mutating func `who renews lives, for ever`() {
        self.renewals = ["a": 0, "b": 0]
        #expect(self.pass(1000) == [:])
    }

    @Test mutating func `who stops is dead after a lease, within a minute`() {
        self.renewals = ["a": 0, "b": 0]
        _ = self.pass(20)
        self.renewals["b"] = nil
        var looks = 0
        while looks < 100 {
            looks += 1
            guard self.pass() != ["b": .bury] else { break }
        }
        #expect((5...6).contains(looks))
    }

    @Test mutating func `a clock that is set forward or back ends nobody's lease`() {
        self.renewals = ["a": 0, "b": 0, "c": 0]
        for step in [3_600_000, -7_200_000, 50_000, -50_000, 86_400_000 * 400] {
            _ = self.pass(3)
            self.time += step
            #expect(self.watch.looked(self.table, time: self.time) == [:])
            #expect(self.pass(10) == [:])
        }
    }

    @Test mutating func `who is dead is found out when the clock was set back, too`() {
        self.renewals = ["a": 0, "b": 0]
        _ = self.pass(4)
        self.renewals["b"] = nil
        self.time -= 86_400_000
        #expect(self.pass(8) == ["b": .bury])
    }

    @Test mutating func `a node that has just come waits until it has seen that nobody renews`() {
        self.table["dead"] = "12 \(self.time - 86_400_000)"
        #expect(self.pass(4) == [:])
        #expect(self.pass() == ["dead": .bury])
    }

    @Test mutating func `looks out of turn, and looks after Redis was away, count for nothing`() {
        self.renewals = ["a": 0]
        _ = self.pass(2)
        for _ in 0..<100 { #expect(self.watch.looked(self.table, time: self.time, isRegular: false) == [:]) }
        // Nobody renews while Redis is away, and the clock goes on.
        self.renewals = [:]
        self.time += 600_000
        self.watch.beginAnew()
        #expect(self.pass(4) == [:])
        self.renewals = ["a": 100]
        #expect(self.pass(20) == [:])
    }

    @Test mutating func `who goes away is dead at the time that it said, and swept by whoever finds it so`() {
        self.table["a"] = "end \(self.time + 10_000) 10000"
        #expect(self.pass() == [:])
        #expect(self.pass() == ["a": .bury])
        self.table["a"] = "dead \(self.time)"
        #expect(self.pass() == ["a": .sweep])
        self.table["a"] = "gone \(self.time)"
        #expect(self.pass(10) == [:])
        self.time += LeaseWatch.memory + 1
        #expect(self.pass() == ["a": .forget])
    }

    @Test mutating func `whom others have entered is dead sooner, unless it renews`() {
        (self.table["a"], self.table["b"]) = ("0 \(self.time)", "0 \(self.time)")
        self.renewals["b"] = 0
        #expect(self.pass(4) == [:])
        #expect(self.pass() == ["a": .bury])
    }

    @Test func `who went away of itself need not be remembered`() {
        #expect(LeaseWatch.goesAway("end 1 2"))
        for text in ["1 2", "dead 1", "gone 1", ""] { #expect(!LeaseWatch.goesAway(text)) }
    }

    @Test mutating func `who goes away is dead as soon when the clock was set back`() {
        self.table["a"] = "end \(self.time + 10_000) 10000"
        self.time -= 86_400_000
        #expect(self.pass(2) == [:])
        #expect(self.pass() == [:])
        #expect(self.pass() == ["a": .bury])
    }

    private static let foreign = [
        "", "x", "1", "1 2 3", "1 x", "x 1", "🙂 1", "99999999999999999999 1", "1 9223372036854775807", "end -1",
        "end 1",
        "gone -9223372036854775808", "end 1 -1", "end 1 9223372036854775807", "end 1 2 3", "-1 1", "dead 1 2",
    ]

    @Test(arguments: foreign)
    mutating func `what another program wrote there is left alone`(text: String) {
        self.table["a"] = text
        #expect(self.pass(20) == [:])
        #expect(LeaseWatch.discovered(text) == nil)
    }

    @Test func `who is found in a room and would not be swept there is entered, or swept again`() {
        #expect(LeaseWatch.discovered(nil) == .enter)
        #expect(LeaseWatch.discovered("gone 1") == .sweepAgain)
        #expect(LeaseWatch.discovered("dead 1") == .list)
        #expect(LeaseWatch.discovered("3 1") == nil)
        #expect(LeaseWatch.discovered("end 1 2") == nil)
    }
}

@Suite("In which rooms a holder has members", .patience)
struct HolderRoomsTests {
    private var rooms = HolderRooms()
    private let holder = HolderID("h")
    private let room: RoomName

    init() throws { self.room = try RoomName("lobby") }

    @Test mutating func `a room is listed with the first who enters and taken off after the last`() {
        #expect(!self.rooms.knows(self.holder))
        #expect(self.rooms.enter(self.room, self.holder) == true)
        #expect(self.rooms.enter(self.room, self.holder) == false)
        #expect(self.rooms.knows(self.holder) && self.rooms.rooms(self.holder) == [self.room])
        let count = self.rooms.count(self.room, self.holder)
        #expect(self.rooms.left(self.room, self.holder, since: count, remaining: 1) == false)
        #expect(self.rooms.left(self.room, self.holder, since: count, remaining: 0) == true)
        #expect(self.rooms.roomCount(self.holder) == 0 && self.rooms.knows(self.holder))
        #expect(self.rooms.enter(self.room, self.holder) == true)
    }

    @Test mutating func `it stays listed when somebody enters before the leaving is answered`() {
        _ = self.rooms.enter(self.room, self.holder)
        let count = self.rooms.count(self.room, self.holder)
        #expect(self.rooms.enter(self.room, self.holder) == false)
        #expect(self.rooms.left(self.room, self.holder, since: count, remaining: 0) == false)
        #expect(self.rooms.rooms(self.holder) == [self.room])
    }

    @Test mutating func `a list is written when its size is wrong, and when Redis may have another one`() {
        _ = self.rooms.enter(self.room, self.holder)
        // With the mark, a list of one room has two entries.
        #expect(self.rooms.mustWrite(self.holder, listed: 2, known: 1) == false)
        #expect(self.rooms.mustWrite(self.holder, listed: 1, known: 1) == true)
        #expect(self.rooms.mustWrite(self.holder, listed: nil, known: 1) == true)
        self.rooms.doubt()
        #expect(self.rooms.mustWrite(self.holder, listed: 2, known: 1) == true)
        #expect(self.rooms.mustWrite(self.holder, listed: 2, known: 1) == false)
    }

    @Test mutating func `a count of renewals that is not above the last one is a loss`() {
        self.rooms.add(self.holder)
        #expect(self.rooms.lastRenewal(self.holder) == 0)
        #expect(self.rooms.renewed(self.holder, count: 7, time: 70) == false)
        #expect(self.rooms.renewed(self.holder, count: 9, time: 90) == false)
        #expect(self.rooms.lastRenewal(self.holder) == 90)
        #expect(self.rooms.renewed(self.holder, count: 9, time: 91) == true)
        #expect(self.rooms.renewed(self.holder, count: 1, time: 92) == true)
        #expect(self.rooms.renewed(self.holder, count: 2, time: 93) == false)
    }

    @Test mutating func `of a holder that is no more nothing is kept`() {
        _ = self.rooms.enter(self.room, self.holder)
        self.rooms.remove(self.holder)
        #expect(!self.rooms.knows(self.holder) && self.rooms.rooms(self.holder).isEmpty)
        #expect(self.rooms.left(self.room, self.holder, since: 1, remaining: 0) == false)
    }
}

@Suite("What a glance tells", .patience)
struct GlanceTests {
    private func glance(_ fields: [String?], keys: Int) -> Glance? {
        let fields = fields.map { $0.map { RedisReply.bulk(ByteBuffer(string: $0)) } ?? .null }
        return Glance([.array(fields), .integer(keys)])
    }

    @Test func `it is made of two commands, and asks of each key`() throws {
        let room = try RoomName("lobby")
        let commands = Glance.commands(RedisKeys(prefix: "chat:", database: 0), room)
        let words = try commands.map { command in
            let reader = HiredisReader()
            var bytes = ByteBuffer()
            bytes.writeRedisCommand(command)
            try reader.feed(bytes)
            return try reader.next()?.array?.map(\.string)
        }
        #expect(words[0] == ["HMGET", "chat:{lobby}:meta", "epoch", "seq", "presence_version"])
        #expect(words[1] == ["EXISTS"] + ["members", "held", "names", "leases"].map { "chat:{lobby}:\($0)" })
    }

    @Test func `all keys of members or none are clear, anything else is the script's`() {
        let members = (0...4).map { self.glance(["e1b2c3d4", "7", "3"], keys: $0)?.members }
        let unclear = Glance.Members.unclear
        #expect(members == [Glance.Members.none, unclear, unclear, .some, unclear])
    }

    @Test func `a room that is not there has counted nothing, and what cannot be is not read`() throws {
        let room = try #require(self.glance([nil, nil, nil], keys: 0))
        #expect(room.epoch == nil && room.head == 0 && room.version == 0 && room.members == .none)
        #expect(self.glance(["e", "-1", "0"], keys: 0) == nil)
        #expect(self.glance(["e", "x", "0"], keys: 0) == nil)
        #expect(self.glance(["e", "1", "9223372036854775807"], keys: 0) == nil)
        #expect(self.glance(["e", "1"], keys: 0) == nil)
        #expect(Glance([.null, .integer(0)]) == nil && Glance([]) == nil)
    }

    @Test func `it agrees with what is known, or the script looks`() {
        var track = PresenceTrack()
        #expect(!track.agrees(version: 0, members: .none), "nothing is known yet")
        _ = track.published(version: 2, count: 2)
        #expect(track.agrees(version: 2, members: .some))
        #expect(!track.agrees(version: 3, members: .some) && !track.agrees(version: 1, members: .some))
        #expect(!track.agrees(version: 2, members: .none) && !track.agrees(version: 2, members: .unclear))
        _ = track.published(version: 3, count: 0)
        #expect(track.agrees(version: 3, members: .none) && !track.agrees(version: 3, members: .some))
    }
}

@Suite("What has come of who is in a room", .patience)
struct PresenceTrackTests {
    private var track = PresenceTrack()

    @Test mutating func `what comes in its order agrees with a look, whichever is first`() {
        #expect(self.track.published(version: 4, count: 2) == .agrees)
        #expect(self.track.published(version: 5, count: 3) == .agrees)
        #expect(self.track.looked(version: 5, count: 3, isWhole: true, since: 5) == .agrees)
        // The answer was made before what came since.
        #expect(self.track.published(version: 6, count: 4) == .agrees)
        #expect(self.track.looked(version: 5, count: 3, isWhole: true, since: 5) == .agrees)
        // The answer was made before what is on its way.
        #expect(self.track.looked(version: 7, count: 5, isWhole: true, since: 6) == .behind(7))
        #expect(self.track.published(version: 7, count: 5) == .agrees)
        #expect(self.track.looked(version: 7, count: 5, isWhole: true, since: 7) == .agrees)
    }

    @Test mutating func `a change that did not come is told`() {
        #expect(self.track.looked(version: 3, count: 1, isWhole: true, since: nil) == .behind(3))
        #expect(self.track.looked(version: 3, count: 1, isWhole: true, since: 3) == .agrees)
        #expect(self.track.looked(version: 5, count: 3, isWhole: true, since: 3) == .behind(5))
    }

    @Test mutating func `a room in which nobody was yet has nothing to tell`() {
        #expect(self.track.looked(version: 0, count: 0, isWhole: true, since: nil) == .agrees)
        #expect(self.track.looked(version: 0, count: 0, isWhole: true, since: 0) == .agrees)
        #expect(self.track.published(version: 1, count: 1) == .agrees)
    }

    @Test mutating func `a number that goes back is no old news`() {
        #expect(self.track.published(version: 9, count: 4) == .agrees)
        #expect(self.track.published(version: 1, count: 1) == .lost)
        #expect(self.track.published(version: 2, count: 2) == .agrees)
        #expect(self.track.looked(version: 2, count: 2, isWhole: true, since: 2) == .agrees)
        #expect(self.track.looked(version: 1, count: 1, isWhole: true, since: 2) == .lost)
        #expect(self.track.published(version: 2, count: 2) == .agrees)
    }

    @Test mutating func `records that disagree, or another count under the same number, are a loss`() {
        #expect(self.track.published(version: 2, count: 2) == .agrees)
        #expect(self.track.looked(version: 2, count: 1, isWhole: true, since: 2) == .lost)
        #expect(self.track.looked(version: 2, count: 1, isWhole: false, since: 2) == .lost)
    }
}

@Suite("The index of rooms", .patience)
struct RoomIndexTests {
    @Test func `rooms are entered once in a while, many at once, and again when that failed`() throws {
        var index = RoomIndex(now: .now())
        let now = NIODeadline.now()
        let rooms = try (0..<1200).map { try RoomName("r\($0)") }
        let first = rooms.map { index.touch($0, now: now) }
        #expect(first.count { $0 } == 1)
        let batches = index.take()
        #expect(batches.map(\.count) == [500, 500, 200] && batches.flatMap { Array($0) } == rooms)
        #expect(index.take() == [])
        for room in rooms { #expect(index.touch(room, now: now) == false) }
        index.failed(batches[1])
        for room in rooms { _ = index.touch(room, now: now) }
        let failed = index.take().flatMap { Array($0) }
        #expect(failed == Array(rooms[500..<1000]))
        // Left alone for an interval, and no longer than two.
        #expect(index.touch(rooms[0], now: now + RoomIndex.interval) == false)
        #expect(index.touch(rooms[0], now: now + RoomIndex.interval + RoomIndex.interval) == true)
    }
}
