import NIOCore
import TestSupport
import Testing

@testable import ChatCore

/// Guarantee 5 over every order in which things can happen to a small log: what a member is sent follows on, or a gap
/// or a reset says why not, and nothing comes twice.
@Suite(.patience) struct CatchUpTests {
    private static let starts: [CatchUpModel.Start] = [
        .live, .last(0), .last(2), .last(50), .behind(0), .behind(1), .behind(3), .behindRoom(1),
        .behindRoom(2), .beyond, .elsewhere,
    ]

    /// Tries every order of steps, and gives the shortest that breaks the guarantee.
    private func explore(_ model: CatchUpModel, upTo depth: Int) throws -> String? {
        for depth in 0...depth { if let found = try self.explore(model, [], depth: depth) { return found } }
        return nil
    }

    /// Tries every order of so many steps.
    private func explore(_ model: CatchUpModel, _ path: [CatchUpModel.Step], depth: Int) throws -> String? {
        var isLeaf = true
        for step in CatchUpModel.Step.allCases where depth > 0 && model.canTake(step) {
            isLeaf = false
            var next = model
            do {
                try next.take(step)
            } catch let violation as CatchUpModel.Violation {
                return "\(violation.reason), after \(path + [step])"
            }
            if let found = try self.explore(next, path + [step], depth: depth - 1) { return found }
        }
        guard isLeaf else { return nil }
        var last = model
        do {
            try last.settle()
            return nil
        } catch let violation as CatchUpModel.Violation {
            return "\(violation.reason), after \(path) and a rest"
        }
    }

    @Test(arguments: Self.starts, [true, false])
    func `a member misses nothing and gets nothing twice`(start: CatchUpModel.Start, hasTail: Bool) throws {
        let model = try CatchUpModel(start, lags: false, hasTail: hasTail)
        let found = try self.explore(model, upTo: 7)
        #expect(found == nil)
    }

    @Test(arguments: Self.starts, [true, false])
    func `so it is also while the shard is behind the log`(start: CatchUpModel.Start, hasTail: Bool) throws {
        let model = try CatchUpModel(start, lags: true, hasTail: hasTail)
        let found = try self.explore(model, upTo: 6)
        #expect(found == nil)
    }

    // MARK: Single steps

    @Test(arguments: [3, 4])
    func `a member that was sent another message than the room has there is reset`(head: Int) throws {
        let samples = try Samples()
        let mine = LogPosition(epoch: samples.epoch, seq: 3, time: 30)
        func publication(_ seq: Int) -> Publication {
            Publication(
                position: LogPosition(epoch: samples.epoch, seq: seq, time: 100 + seq),
                payload: ByteBuffer(string: "\(seq)")
            )
        }
        var tail = RoomTail()
        for seq in 2...head { tail.append(publication(seq)) }
        var catchUp = CatchUpPlan(position: mine)
        let room = publication(head).position
        #expect(catchUp.next(room: room, tail: tail) == .reset(head: room))
        #expect(catchUp.next(room: room, tail: tail) == .read(after: 0))
        var same = CatchUpPlan(position: publication(3).position)
        #expect(same.next(room: room, tail: tail) == (head == 3 ? .live : .send([publication(4)])))
    }

    @Test func `a page of another log brings nothing`() throws {
        let samples = try Samples()
        var catchUp = CatchUpPlan(position: samples.position(3))
        let page = LogPage(epoch: samples.otherEpoch, first: 9, head: 9, publications: [])
        #expect(catchUp.read(page) == .init(gap: nil, messages: []))
        #expect(catchUp.position == samples.position(3))
    }

    @Test func `a page that was read for another position brings nothing`() throws {
        let samples = try Samples()
        var catchUp = CatchUpPlan(position: samples.position(0))
        let page = LogPage(epoch: samples.epoch, first: 1, head: 3, publications: [samples.publication(3)])
        #expect(catchUp.read(page) == .init(gap: nil, messages: []))
        #expect(catchUp.position == samples.position(0))
    }

    @Test func `a page that overlaps brings what is new`() throws {
        let samples = try Samples()
        var catchUp = CatchUpPlan(position: samples.position(3))
        let page = LogPage(
            epoch: samples.epoch,
            first: 1,
            head: 5,
            publications: (1...5).map { samples.publication($0) }
        )
        #expect(catchUp.read(page).messages.map(\.position.seq) == [4, 5])
        #expect(catchUp.read(page).messages.isEmpty)
        #expect(catchUp.position == samples.position(5))
    }

    @Test func `a log that lost its end is a gap to its head`() throws {
        let samples = try Samples()
        var catchUp = CatchUpPlan(position: samples.position(3))
        let read = catchUp.read(LogPage(epoch: samples.epoch, first: 10, head: 9, publications: []))
        #expect(read.gap == 4...9 && read.messages.isEmpty)
        #expect(catchUp.position == samples.position(9))
    }
}
