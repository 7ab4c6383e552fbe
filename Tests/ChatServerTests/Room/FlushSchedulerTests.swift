import ChatCore
import NIOCore
import NIOEmbedded
import TestSupport
import Testing

@testable import ChatNode

/// Which rooms of a loop send at the end of a turn, and when the others are looked at.
@Suite(.patience)
final class FlushSchedulerTests {
    private static let start = ContinuousClock.now
    private var scheduler = FlushScheduler(window: .milliseconds(5), now: FlushSchedulerTests.start)
    private let room: LocalRoom
    private let deflate = LoopDeflate()

    init() throws { self.room = try Self.room("lobby") }

    private static func room(_ name: String) throws -> LocalRoom {
        LocalRoom(name: try RoomName(name), limits: Limits())
    }

    private static func time(_ milliseconds: Int) -> ContinuousClock.Instant {
        Self.start.advanced(by: .milliseconds(milliseconds))
    }

    /// A room gathers a frame.
    private func gather(_ urgency: RoomFrames.Urgency, in room: LocalRoom) -> Bool {
        room.gather(ByteBuffer(string: "x"), urgency, isMessage: false)
        return self.scheduler.gathered(in: room)
    }

    /// What a shard does with the rooms that it is given.
    private func send(_ rooms: [LocalRoom]) -> [String] {
        rooms.map { room in
            room.beginLeaving(self.deflate)
            return room.endLeaving() == nil ? "nothing" : room.name.rawValue
        }
    }

    private func tick(at milliseconds: Int) -> [String] {
        self.send(self.scheduler.turnEnded(now: Self.time(milliseconds)))
    }

    private func look(at milliseconds: Int) -> [String] {
        self.send(self.scheduler.look(now: Self.time(milliseconds)))
    }

    @Test func `a room asks for the end of the turn once, and sends then`() {
        #expect(!self.scheduler.hasGathered)
        #expect(self.gather(.prompt, in: self.room))
        #expect(!self.gather(.prompt, in: self.room))
        #expect(self.scheduler.hasGathered)
        #expect(self.tick(at: 0) == ["lobby"])
        #expect(self.tick(at: 1).isEmpty)
        #expect(self.gather(.prompt, in: self.room))
    }

    @Test func `what was sent meanwhile is not sent again`() {
        _ = self.gather(.prompt, in: self.room)
        #expect(self.send([self.room]) == ["lobby"])
        #expect(self.tick(at: 0).isEmpty)
    }

    @Test func `comings and goings wait for a look that rooms share`() throws {
        let other = try Self.room("other")
        for room in [self.room, other] { _ = self.gather(.unhurried, in: room) }
        #expect(self.tick(at: 0) == ["lobby", "other"])
        _ = self.gather(.unhurried, in: self.room)
        #expect(self.tick(at: 3).isEmpty)
        #expect(self.scheduler.takeWakeUp() == Self.time(250))
        // The loop looks then anyway.
        #expect(self.scheduler.takeWakeUp() == nil)
        _ = self.gather(.unhurried, in: other)
        #expect(self.tick(at: 9).isEmpty)
        #expect(self.scheduler.takeWakeUp() == nil)
        #expect(self.look(at: 250) == ["lobby", "other"])
        #expect(self.scheduler.takeWakeUp() == nil)
    }

    @Test func `a message takes along what waits, and the look finds nothing`() {
        _ = self.gather(.unhurried, in: self.room)
        #expect(self.tick(at: 0) == ["lobby"])
        _ = self.gather(.unhurried, in: self.room)
        #expect(self.tick(at: 10).isEmpty)
        _ = self.gather(.prompt, in: self.room)
        #expect(self.tick(at: 20) == ["lobby"])
        #expect(self.look(at: 250).isEmpty)
    }

    @Test func `a busy room holds messages, and an earlier look goes before a later one`() {
        let members = (0..<100).map { Self.member($0, of: self.room) }
        for member in members { self.room.makeLive(member) }
        // 100 members and a message each millisecond: more than a loop does at its leisure, as it finds out after 50 ms.
        for time in 0..<50 {
            _ = self.gather(.prompt, in: self.room)
            #expect(self.tick(at: time) == ["lobby"])
        }
        _ = self.gather(.unhurried, in: self.room)
        #expect(self.tick(at: 50) == ["lobby"])
        _ = self.gather(.unhurried, in: self.room)
        #expect(self.tick(at: 51).isEmpty)
        #expect(self.scheduler.takeWakeUp() == Self.time(1050))
        _ = self.gather(.prompt, in: self.room)
        #expect(self.tick(at: 52).isEmpty)
        let soon = self.scheduler.takeWakeUp()
        #expect(soon.map { $0 > Self.time(52) && $0 <= Self.time(57) } == true)
        #expect(self.look(at: 57) == ["lobby"])
        // The later look is for nothing.
        #expect(self.look(at: 1050).isEmpty)
        #expect(self.scheduler.takeWakeUp() == nil)
    }

    @Test func `ten thousand rooms that hold something are not looked at before their time`() throws {
        let rooms = try (0..<10_000).map { try Self.room("room-\($0)") }
        for room in rooms { _ = self.gather(.unhurried, in: room) }
        #expect(self.tick(at: 0).count == rooms.count)
        for room in rooms { _ = self.gather(.unhurried, in: room) }
        #expect(self.tick(at: 1).isEmpty)
        #expect(self.scheduler.takeWakeUp() == Self.time(250))
        #expect(self.look(at: 249).isEmpty)
        #expect(self.look(at: 250).count == rooms.count)
    }

    private static func member(_ number: Int, of room: LocalRoom) -> Membership {
        let port = OutboundPort(channel: EmbeddedChannel(), limit: 1000)
        let client = Client(id: ClientID(rawValue: UInt64(number)), port: port, limits: Limits(), now: .now)
        let membership = Membership(client: client, room: room)
        room.add(membership)
        return membership
    }
}
