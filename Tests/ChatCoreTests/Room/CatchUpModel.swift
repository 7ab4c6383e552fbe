import NIOCore

@testable import ChatCore

/// A room, its log, and a member who joins it: all that guarantee 5 speaks of, one step at a time, without a clock.
///
/// It does what a shard does around ``CatchUpPlan``, and holds what the member is sent against what it may be sent.
struct CatchUpModel {
    /// What a member may come with, as it is when it comes.
    enum Start: Sendable, Equatable {
        case live
        case last(Int)
        /// So many messages behind the head of the log.
        case behind(Int)
        /// So many messages behind the shard's room, which may not know yet that the log began anew.
        case behindRoom(Int)
        /// A position that the log never gave out.
        case beyond
        /// A position in another log.
        case elsewhere
    }

    /// What may happen next.
    enum Step: CaseIterable {
        case publish
        case trim
        case beginAnew
        /// The shard takes an event that the broker handed to it.
        case deliver
        /// The member's join or catching up goes one step on; a reading of the log is one, and to use it another.
        case member
    }

    /// What the member was sent that it must not be sent.
    struct Violation: Error { var reason: String }

    private enum Delivery {
        case publication(Publication)
        case reset(LogPosition)
    }

    private enum Member {
        case absent
        case joining(JoinStart)
        /// The page was read, if one is needed; the plan is not made yet.
        case asked(JoinStart, LogPage?)
        /// The plan is made; the answer is not given yet.
        case planned(JoinStart, CatchUpPlan, CatchUpPlan.Announcement, LogPage?)
        case replaying(CatchUpPlan, LogPage?)
        case live
    }

    private static let pageLimit = 2

    private let start: Start
    private let lags: Bool
    private let epochs: [Epoch]

    private var epoch = 0
    private var head = 0
    private var first = 1
    private var allowance: [Step: Int]

    private var inbox: [Delivery] = []
    private var room: LogPosition
    private var tail = RoomTail()

    private var member = Member.absent
    /// Where the member stands by what it was sent.
    private var sent: LogPosition?
    /// The replay that was announced, as long as nothing was lost on the way.
    private var promised: (head: LogPosition, replay: Int)?
    private var replayed = 0

    /// Makes a room that has three messages, the first of which has left the log.
    ///
    /// - Parameters:
    ///   - start: What the member comes with.
    ///   - lags: Whether the shard may be behind the log; else it takes each event at once.
    ///   - hasTail: Whether the shard saw the messages that there are already.
    /// - Throws: ``Violation``, if the model itself is wrong.
    init(_ start: Start, lags: Bool, hasTail: Bool) throws {
        self.start = start
        self.lags = lags
        self.epochs = try ["epoch000", "epoch111", "epoch222"].map { try Epoch($0) }
        self.room = LogPosition(epoch: self.epochs[0], seq: 0)
        self.allowance = [.publish: 2, .trim: 2, .beginAnew: 1]
        for _ in 1...3 { try self.publish() }
        while !self.inbox.isEmpty { try self.deliver() }
        if !hasTail { self.tail.removeAll() }
        self.first = 2
    }

    // MARK: Steps

    /// Whether the step can happen now.
    func canTake(_ step: Step) -> Bool {
        switch step {
        case .publish, .beginAnew: self.allowance[step, default: 0] > 0
        case .trim: self.first <= self.head && self.allowance[step, default: 0] > 0
        case .deliver: !self.inbox.isEmpty
        case .member: if case .live = self.member { false } else { true }
        }
    }

    mutating func take(_ step: Step) throws {
        self.allowance[step, default: 0] -= 1
        switch step {
        case .publish: try self.publish()
        case .trim: self.first += 1
        case .beginAnew:
            self.epoch += 1
            (self.head, self.first) = (0, 1)
            self.inbox.append(.reset(LogPosition(epoch: self.epochs[self.epoch], seq: 0)))
        case .deliver: try self.deliver()
        case .member: try self.advanceMember()
        }
        if !self.lags { while !self.inbox.isEmpty { try self.deliver() } }
    }

    /// Lets everything come to rest, and looks whether the member has got what it must have.
    mutating func settle() throws {
        for _ in 0..<60 where self.canTake(.member) || self.canTake(.deliver) {
            if self.canTake(.member) { try self.take(.member) }
            if self.canTake(.deliver) { try self.take(.deliver) }
        }
        guard case .live = self.member else { throw Violation(reason: "it never became live") }
        guard self.sent == self.room, self.room == LogPosition(epoch: self.epochs[self.epoch], seq: self.head) else {
            throw Violation(reason: "it stands at \(String(describing: self.sent)), the room at \(self.room)")
        }
        if let promised, self.replayed != promised.replay {
            throw Violation(reason: "\(promised.replay) messages were announced, \(self.replayed) came")
        }
    }

    private mutating func publish() throws {
        self.head += 1
        self.inbox.append(.publication(self.message(self.head)))
    }

    private func message(_ seq: Int) -> Publication {
        Publication(position: LogPosition(epoch: self.epochs[self.epoch], seq: seq), payload: ByteBuffer())
    }

    private func page(after seq: Int) -> LogPage {
        let start = max(self.first, seq + 1)
        let messages = start <= self.head ? (start...self.head).prefix(Self.pageLimit).map(self.message) : []
        return LogPage(epoch: self.epochs[self.epoch], first: self.first, head: self.head, publications: messages)
    }

    // MARK: The shard

    private mutating func deliver() throws {
        switch self.inbox.removeFirst() {
        case .reset(let head):
            self.room = LogPosition(epoch: head.epoch, seq: 0)
            self.tail.removeAll()
            if case .live = self.member { try self.send(reset: head) }
        case .publication(let publication):
            guard publication.position.epoch == self.room.epoch, publication.position.seq == self.room.seq + 1 else {
                throw Violation(reason: "the model lost a message")
            }
            self.room = publication.position
            self.tail.append(publication)
            if case .live = self.member { try self.send(publication) }
        }
    }

    private mutating func advanceMember() throws {
        switch self.member {
        case .absent: self.member = .joining(self.replayStart())
        case .joining(let start):
            let needsLog = CatchUpPlan.needsLog(start, room: self.room, tail: self.tail)
            let seq = CatchUpPlan.readStart(start, room: self.room, limit: 100)
            self.member = .asked(start, needsLog ? self.page(after: seq) : nil)
        case .asked(let start, let page):
            if let (catchUp, plan) = CatchUpPlan.plan(start, room: self.room, page: page, limit: 100) {
                self.member = .planned(start, catchUp, plan, page)
            } else {
                self.member = .joining(start)
            }
        case .planned(let start, let catchUp, let plan, let page):
            self.member = .replaying(catchUp, page)
            try self.answer(start, plan)
        case .replaying(let catchUp, let page): try self.replay(catchUp, page)
        case .live: break
        }
    }

    private mutating func replay(_ catchUp: CatchUpPlan, _ page: LogPage?) throws {
        var catchUp = catchUp
        guard let page else {
            let step = catchUp.next(room: self.room, tail: self.tail)
            self.member = .replaying(catchUp, nil)
            switch step {
            case .live: self.member = .live
            case .wait: break
            case .send(let messages): for message in messages { try self.send(message) }
            case .reset(let head): try self.send(reset: head)
            case .read(let seq): self.member = .replaying(catchUp, self.page(after: seq))
            }
            return
        }
        let read = catchUp.read(page)
        self.member = .replaying(catchUp, nil)
        if let gap = read.gap { try self.send(gap, page.epoch) }
        for message in read.messages { try self.send(message) }
    }

    private mutating func answer(_ start: JoinStart, _ plan: CatchUpPlan.Announcement) throws {
        switch start {
        case .live, .last: self.sent = LogPosition(epoch: plan.head.epoch, seq: plan.head.seq - plan.replay)
        case .after(let position): self.sent = position
        }
        if plan.isReset { try self.send(reset: plan.head) }
        if let gap = plan.gap { try self.send(gap, plan.head.epoch) }
        self.promised = (plan.head, plan.replay)
    }

    private func replayStart() -> JoinStart {
        let epoch = self.epochs[self.epoch]
        switch self.start {
        case .live: return .live
        case .last(let count): return .last(count)
        case .behind(let count): return .after(LogPosition(epoch: epoch, seq: max(0, self.head - count)))
        case .behindRoom(let count):
            return .after(LogPosition(epoch: self.room.epoch, seq: max(0, self.room.seq - count)))
        case .beyond: return .after(LogPosition(epoch: epoch, seq: self.head + 5))
        case .elsewhere: return .after(LogPosition(epoch: self.epochs[2], seq: 2))
        }
    }

    // MARK: What the member is sent

    private mutating func send(_ message: Publication) throws {
        guard let sent, message.position == LogPosition(epoch: sent.epoch, seq: sent.seq + 1) else {
            throw Violation(reason: "\(message.position) was sent after \(String(describing: self.sent))")
        }
        self.sent = message.position
        guard let promised, promised.head.epoch == sent.epoch, message.position.seq <= promised.head.seq else { return }
        self.replayed += 1
    }

    private mutating func send(_ gap: ClosedRange<Int>, _ epoch: Epoch) throws {
        guard let sent, sent.epoch == epoch, gap.lowerBound == sent.seq + 1 else {
            throw Violation(reason: "the gap \(gap) was sent after \(String(describing: self.sent))")
        }
        guard epoch != self.epochs[self.epoch] || gap.upperBound < self.first else {
            throw Violation(reason: "the gap \(gap) has messages that the log keeps")
        }
        self.sent = LogPosition(epoch: epoch, seq: gap.upperBound)
        self.promised = nil
    }

    private mutating func send(reset head: LogPosition) throws {
        guard self.sent?.epoch != head.epoch || self.start == .beyond else {
            throw Violation(reason: "a reset was sent to a member that stands in the same log")
        }
        self.sent = LogPosition(epoch: head.epoch, seq: 0)
        self.promised = nil
    }
}
