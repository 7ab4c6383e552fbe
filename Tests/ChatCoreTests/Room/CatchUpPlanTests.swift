import TestSupport
import Testing

@testable import ChatCore

@Suite(.patience) struct CatchUpPlanTests {
    private let samples: Samples

    init() throws { self.samples = try Samples() }

    private func page(_ first: Int, _ head: Int, _ epoch: Epoch? = nil) -> LogPage {
        LogPage(epoch: epoch ?? self.samples.epoch, first: first, head: head, publications: [])
    }

    /// Makes a plan where the room stands at the head of its log, or behind it.
    private func plan(
        _ start: JoinStart,
        head: Int,
        first: Int = 1,
        room: Int? = nil,
        limit: Int = 100
    ) throws -> (position: Int, announcement: CatchUpPlan.Announcement) {
        let (catchUp, announcement) = try #require(
            CatchUpPlan.plan(
                start,
                room: self.samples.position(room ?? head),
                page: self.page(first, head),
                limit: limit
            )
        )
        #expect(catchUp.position.epoch == self.samples.epoch)
        #expect(announcement.head == self.samples.position(head))
        #expect(announcement.replay == head - catchUp.position.seq)
        #expect(announcement.recovered == (!announcement.isReset && announcement.gap == nil))
        return (catchUp.position.seq, announcement)
    }

    @Test(arguments: [0, 1, 7]) func `who asks for nothing is live at once`(head: Int) throws {
        let (position, announcement) = try self.plan(.live, head: head)
        #expect(position == head)
        #expect(announcement.recovered && announcement.replay == 0)
    }

    @Test(arguments: [
        (0, 7, 1, 0), (3, 7, 1, 3), (7, 7, 1, 7), (8, 7, 1, 7), (500, 300, 1, 100), (500, 300, 250, 51), (5, 7, 6, 2),
        (5, 7, 8, 0),
        (.max, 7, 1, 7), (3, 0, 1, 0),
    ]) func `the last messages are as many as were asked for, are kept and are allowed`(
        count: Int,
        head: Int,
        first: Int,
        replay: Int
    ) throws {
        let announcement = try self.plan(.last(count), head: head, first: first).announcement
        #expect(announcement.replay == replay)
        #expect(announcement.recovered)
    }

    @Test func `who comes back gets what follows`() throws {
        for first in 1...8 {
            for seq in 0...7 {
                let (position, announcement) = try self.plan(.after(self.samples.position(seq)), head: 7, first: first)
                #expect(!announcement.isReset)
                #expect(position == max(seq, first - 1))
                #expect(announcement.gap == (seq < first - 1 ? seq + 1...first - 1 : nil))
            }
        }
    }

    @Test func `a resume is not cut by the limit of a join by count`() throws {
        #expect(try self.plan(.after(self.samples.position(0)), head: 900, limit: 100).announcement.replay == 900)
    }

    @Test(arguments: [1, 3, 8]) func `another log is announced, with what it has lost already`(first: Int) throws {
        let elsewhere = LogPosition(epoch: self.samples.otherEpoch, seq: 5)
        for start in [
            JoinStart.after(elsewhere), .after(self.samples.position(8)), .after(self.samples.position(.max)),
        ] {
            let (position, announcement) = try self.plan(start, head: 7, first: first)
            #expect(announcement.isReset)
            #expect(position == first - 1)
            #expect(announcement.gap == (first > 1 ? 1...first - 1 : nil))
        }
    }

    @Test func `a log that is empty has nothing to replay`() throws {
        for start in [JoinStart.last(5), .after(self.samples.position(0))] {
            let (position, announcement) = try self.plan(start, head: 0)
            #expect(position == 0)
            #expect(announcement.recovered && announcement.replay == 0)
        }
        // Everything was trimmed.
        let (position, announcement) = try self.plan(.after(self.samples.position(2)), head: 7, first: 8)
        #expect(position == 7)
        #expect(announcement.gap == 3...7 && announcement.replay == 0)
    }

    @Test func `without a look at the log nothing is taken for lost`() throws {
        for start in [JoinStart.live, .last(0), .after(self.samples.position(2))] {
            let (catchUp, announcement) = try #require(
                CatchUpPlan.plan(start, room: self.samples.position(7), page: nil, limit: 100)
            )
            #expect(announcement.recovered)
            #expect(announcement.replay == 7 - catchUp.position.seq)
        }
    }

    @Test func `a log that is ahead of the room is the one that counts`() throws {
        for seq in 5...9 {
            let (position, announcement) = try self.plan(.after(self.samples.position(seq)), head: 9, room: 5)
            #expect(position == seq)
            #expect(announcement.recovered && announcement.replay == 9 - seq)
        }
        #expect(try self.plan(.after(self.samples.position(10)), head: 9, room: 5).announcement.isReset)
        #expect(try self.plan(.last(3), head: 9, room: 5).position == 6)
    }

    @Test func `a page of another log makes no plan`() {
        for start in [JoinStart.last(3), .after(self.samples.position(3))] {
            let page = self.page(1, 7, self.samples.otherEpoch)
            #expect(CatchUpPlan.plan(start, room: self.samples.position(7), page: page, limit: 100) == nil)
        }
    }

    @Test func `the log is asked only where it matters`() {
        var tail = RoomTail()
        for seq in 5...7 { tail.append(self.samples.publication(seq, at: 1000 + seq)) }
        let head = self.samples.position(7, at: 1007)
        func needsLog(_ start: JoinStart, _ head: LogPosition) -> Bool {
            CatchUpPlan.needsLog(start, room: head, tail: tail)
        }
        #expect(!needsLog(.live, head))
        #expect(!needsLog(.last(0), head))
        #expect(!needsLog(.last(5), self.samples.position(0)))
        #expect(needsLog(.last(1), head))
        for seq in 5...7 { #expect(!needsLog(.after(self.samples.position(seq, at: 1000 + seq)), head)) }
        for seq in [0, 3, 4, 8] { #expect(needsLog(.after(self.samples.position(seq, at: 1000 + seq)), head)) }
        #expect(needsLog(.after(LogPosition(epoch: self.samples.otherEpoch, seq: 7)), head))
        #expect(!CatchUpPlan.needsLog(.after(head), room: head, tail: RoomTail()))
        // Who stands before the first message has nothing that could be of another log.
        let start = self.samples.position(0)
        var whole = RoomTail()
        #expect(!CatchUpPlan.needsLog(.after(start), room: start, tail: whole))
        for seq in 1...7 { whole.append(self.samples.publication(seq)) }
        #expect(!CatchUpPlan.needsLog(.after(start), room: head, tail: whole))
    }

    @Test func `a position without its time, or with another one, is looked up`() {
        var tail = RoomTail()
        for seq in 5...7 { tail.append(self.samples.publication(seq, at: 1000 + seq)) }
        let head = self.samples.position(7, at: 1007)
        for seq in 4...7 {
            for time in [nil, 999] {
                let start = JoinStart.after(self.samples.position(seq, at: time))
                #expect(CatchUpPlan.needsLog(start, room: head, tail: tail))
            }
        }
        // What another node read may not tell the time of its head.
        #expect(CatchUpPlan.needsLog(.after(head), room: self.samples.position(7), tail: RoomTail()))
    }

    @Test func `a position that the log does not prove is reset, and gets all that the log keeps`() throws {
        let runs = LogRuns([.init(seq: 6, time: 2000)])
        let publications = (4...9).map { self.samples.publication($0, at: $0 < 6 ? 1000 + $0 : 2000 + $0) }
        let page = LogPage(
            epoch: self.samples.epoch,
            first: 4,
            head: 9,
            headTime: 2009,
            publications: publications,
            runs: runs
        )
        func isReset(_ seq: Int, _ time: Int?) throws -> Bool {
            let start = JoinStart.after(self.samples.position(seq, at: time))
            let plan = CatchUpPlan.plan(start, room: self.samples.position(9, at: 2009), page: page, limit: 100)
            let (catchUp, announcement) = try #require(plan)
            #expect(announcement.gap == (announcement.isReset ? 1...3 : seq < 3 ? seq + 1...3 : nil))
            #expect(catchUp.position.seq == (announcement.isReset ? 3 : max(seq, 3)))
            #expect(announcement.head.time == 2009)
            return announcement.isReset
        }
        // Kept: the time decides. Not kept: only what stands before the run can be had.
        for seq in 4...5 { #expect(try (isReset(seq, 1000 + seq), isReset(seq, 999)) == (false, true)) }
        for seq in 6...9 { #expect(try (isReset(seq, 2000 + seq), isReset(seq, 1000 + seq)) == (false, true)) }
        for seq in 1...3 { #expect(try !isReset(seq, 1000 + seq)) }
        // Without a time: below the run all that the log ever was is the same.
        for seq in 0...5 { #expect(try !isReset(seq, nil)) }
        for seq in 6...9 { #expect(try isReset(seq, nil)) }
    }

    @Test func `the log is read from where the plan begins`() {
        let head = self.samples.position(7)
        func start(_ start: JoinStart) -> Int { CatchUpPlan.readStart(start, room: head, limit: 5) }
        #expect(start(.live) == 7)
        #expect(start(.last(3)) == 4)
        #expect(start(.last(6)) == 2)
        #expect(start(.last(.max)) == 2)
        // With the message that proves the position.
        #expect(start(.after(self.samples.position(0))) == 0)
        #expect(start(.after(self.samples.position(3))) == 2)
        #expect(start(.after(self.samples.position(7))) == 6)
        #expect(start(.after(self.samples.position(8))) == 7)
        #expect(start(.after(LogPosition(epoch: self.samples.otherEpoch, seq: 3))) == 0)
    }
}
