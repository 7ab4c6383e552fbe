import ChatCore
import Testing

@testable import ChatClient

@Suite(.patience) struct RoomPositionTests {
    private let room: RoomName
    private let old: Epoch
    private let new: Epoch

    init() throws {
        self.room = try RoomName("lobby")
        self.old = try Epoch("aaaaaaaa")
        self.new = try Epoch("bbbbbbbb")
    }

    private func at(_ seq: Int) -> LogPosition { LogPosition(epoch: self.old, seq: seq) }

    private func reply(head: Int, replay: Int = 0, recovered: Bool = true) -> JoinReply {
        let nobody = MemberPage(members: [], count: 0, cursor: nil, version: 1)
        return JoinReply(room: self.room, head: self.at(head), recovered: recovered, replay: replay, members: nobody)
    }

    @Test func `a live join begins at the head and resumes there`() {
        var position = RoomPosition(.live)
        position.joined(self.reply(head: 7))
        #expect(position.start == .after(self.at(7)))
        #expect(position.received(self.at(7)) == .drop)
        #expect(position.received(self.at(8)) == .deliver)
        #expect(position.start == .after(self.at(8)))
    }

    @Test func `a room without any message can be resumed`() {
        var position = RoomPosition(.last(50))
        position.joined(self.reply(head: 0))
        #expect(position.start == .after(self.at(0)))
        #expect(position.received(self.at(1)) == .deliver)
    }

    @Test func `a replay begins wherever its first message stands`() {
        var position = RoomPosition(.last(3))
        position.joined(self.reply(head: 9, replay: 3))
        #expect(position.received(self.at(7)) == .deliver)
        #expect(position.received(self.at(8)) == .deliver)
    }

    @Test func `a replay that broke off before its first message is asked for again`() {
        var position = RoomPosition(.last(3))
        position.joined(self.reply(head: 9, replay: 3))
        #expect(position.start == .last(3))
        position.joined(self.reply(head: 9))
        #expect(position.start == .after(self.at(9)))
    }

    @Test func `what comes twice is dropped`() {
        var position = RoomPosition(.after(self.at(3)))
        position.joined(self.reply(head: 5, replay: 2))
        var verdicts: [RoomPosition.OnMessage] = []
        for seq in [4, 5, 4, 5, 6] { verdicts.append(position.received(self.at(seq))) }
        #expect(verdicts == [.deliver, .deliver, .drop, .drop, .deliver])
    }

    @Test func `a hole that nobody announced is told`() {
        var position = RoomPosition(.after(self.at(3)))
        #expect(position.received(self.at(7)) == .deliverAfterHole(from: 4, to: 6))
        #expect(position.received(self.at(8)) == .deliver)
    }

    @Test func `an announced gap is no hole, and is told once`() {
        var position = RoomPosition(.after(self.at(3)))
        position.joined(self.reply(head: 9, replay: 2, recovered: false))
        let isNews = [position.lost(self.old, to: 7), position.lost(self.old, to: 7)]
        #expect(isNews == [true, false])
        #expect(position.received(self.at(8)) == .deliver)
    }

    @Test func `after a reset the new log comes from its beginning`() {
        var position = RoomPosition(.after(self.at(30)))
        position.reset(self.new)
        #expect(position.received(LogPosition(epoch: self.new, seq: 1)) == .deliver)
        #expect(position.start == .after(LogPosition(epoch: self.new, seq: 1)))
    }

    @Test func `a log that changed without a word counts as a reset`() {
        var position = RoomPosition(.after(self.at(30)))
        #expect(position.received(LogPosition(epoch: self.new, seq: 4)) == .deliverAfterReset)
        #expect(position.received(LogPosition(epoch: self.new, seq: 5)) == .deliver)
    }

    @Test func `what stands in no log moves nothing`() {
        var position = RoomPosition(.after(self.at(3)))
        #expect(position.received(nil) == .deliver)
        #expect(position.current == self.at(3))
    }
}
