import ChatCore
import ChatClient
import NIOCore

/// A client over all its connections, and what the shard does for it: it holds all that it is sent against what it may be
/// sent.
struct ModelMember {
    private enum Link {
        case disconnected
        case joining(JoinStart)
        /// The page was read, if one is needed; the plan is not made yet.
        case asked(JoinStart, LogPage?)
        /// The answer was given; the page was read and not used yet, if there is one.
        case replaying(CatchUpPlan, LogPage?)
        case live
    }

    private var link: Link
    /// What the client library remembers.
    private var position: RoomPosition
    /// Where it stands by what it was sent; nil before its first join.
    private(set) var last: LogPosition?
    /// What it shows under each number of the present log: deletions have been carried out.
    private(set) var shown: [Int: ByteBuffer] = [:]

    /// A member that is live, or one that has still to join.
    init(live position: LogPosition) {
        self.link = .live
        self.position = RoomPosition(.after(position))
        self.last = position
    }

    init(joining start: JoinStart) {
        self.link = .disconnected
        self.position = RoomPosition(start)
        if case .after(let position) = start { self.last = position }
    }

    var isLive: Bool { if case .live = self.link { true } else { false } }
    var isConnected: Bool { if case .disconnected = self.link { false } else { true } }

    mutating func disconnect() { self.link = .disconnected }

    // MARK: What the shard does

    /// Whether the next step reads the log.
    func isAboutToRead(_ room: LogPosition, _ tail: RoomTail) -> Bool {
        switch self.link {
        case .joining(let start): return CatchUpPlan.needsLog(start, room: room, tail: tail)
        case .replaying(var catchUp, nil):
            if case .read = catchUp.next(room: room, tail: tail) { return true }
            return false
        case .disconnected, .asked, .replaying, .live: return false
        }
    }

    /// What the broker has to do before the member can go on.
    enum OnAdvance { case nothing, checkHead }

    /// The member comes, or its join or replay goes one step on; a reading of the log is one, and to use it another.
    mutating func advance(_ room: LogPosition, _ tail: RoomTail, _ log: ModelLog) throws -> OnAdvance {
        switch self.link {
        case .disconnected: self.link = .joining(self.position.start)
        case .joining(let start):
            let seq = CatchUpPlan.readStart(start, room: room, limit: 100)
            self.link = .asked(start, CatchUpPlan.needsLog(start, room: room, tail: tail) ? log.page(after: seq) : nil)
        case .asked(let start, let page):
            guard let (catchUp, plan) = CatchUpPlan.plan(start, room: room, page: page, limit: 100) else {
                self.link = .joining(start)
                return .checkHead
            }
            self.link = .replaying(catchUp, page)
            try self.answer(start, plan, log)
        case .replaying(let catchUp, let page?): return try self.use(page, catchUp, log)
        case .replaying(let catchUp, nil): try self.goOn(catchUp, room, tail, log)
        case .live: break
        }
        return .nothing
    }

    private mutating func answer(_ start: JoinStart, _ plan: CatchUpPlan.Announcement, _ log: ModelLog) throws {
        let members = MemberPage(members: [], count: 0, cursor: nil, version: 0)
        self.position.joined(
            JoinReply(
                room: try RoomName("lobby"),
                head: plan.head,
                recovered: plan.recovered,
                replay: plan.replay,
                members: members
            )
        )
        switch start {
        case .live, .last: self.last = LogPosition(epoch: plan.head.epoch, seq: plan.head.seq - plan.replay)
        case .after: break
        }
        if plan.isReset { try self.receive(reset: plan.head) }
        if let gap = plan.gap { try self.receive(gap, plan.head.epoch, log) }
    }

    private mutating func use(_ page: LogPage, _ catchUp: CatchUpPlan, _ log: ModelLog) throws -> OnAdvance {
        var catchUp = catchUp
        let before = catchUp
        let read = catchUp.read(page)
        self.link = .replaying(catchUp, nil)
        if let gap = read.gap { try self.receive(gap, page.epoch, log) }
        for message in read.messages { try self.receive(message) }
        return catchUp == before ? .checkHead : .nothing
    }

    private mutating func goOn(
        _ catchUp: CatchUpPlan,
        _ room: LogPosition,
        _ tail: RoomTail,
        _ log: ModelLog
    ) throws {
        var catchUp = catchUp
        let step = catchUp.next(room: room, tail: tail)
        self.link = .replaying(catchUp, nil)
        switch step {
        case .live: self.link = .live
        case .wait: break
        case .send(let messages): for message in messages { try self.receive(message) }
        case .reset(let head): try self.receive(reset: head)
        case .read(let seq): self.link = .replaying(catchUp, log.page(after: seq))
        }
    }

    // MARK: What it is sent

    mutating func receive(_ message: Publication) throws {
        guard let last, message.position == LogPosition(epoch: last.epoch, seq: last.seq + 1) else {
            throw RecoveryViolation(reason: "\(message.position) was sent after \(String(describing: self.last))")
        }
        self.last = message.position
        self.shown[message.position.seq] = message.payload
        if let seq = PublicationCodec.deletedSeq(by: message.payload), let old = self.shown[seq] {
            self.shown[seq] = PublicationCodec.deleted(old)
        }
        guard self.position.received(message.position) == .deliver else {
            throw RecoveryViolation(reason: "the client does not hand on \(message.position)")
        }
    }

    mutating func receive(_ gap: ClosedRange<Int>, _ epoch: Epoch, _ log: ModelLog) throws {
        guard let last, last.epoch == epoch, gap.lowerBound == last.seq + 1 else {
            throw RecoveryViolation(reason: "the gap \(gap) was sent after \(String(describing: self.last))")
        }
        guard epoch != log.epoch || gap.upperBound < log.first else {
            throw RecoveryViolation(reason: "the gap \(gap) has messages that the log keeps")
        }
        self.last = LogPosition(epoch: epoch, seq: gap.upperBound)
        _ = self.position.lost(epoch, to: gap.upperBound)
    }

    mutating func receive(reset head: LogPosition) throws {
        guard self.last?.epoch != head.epoch else {
            throw RecoveryViolation(reason: "a reset to the log in which the client is")
        }
        self.last = LogPosition(epoch: head.epoch, seq: 0)
        self.shown = [:]
        self.position.reset(head.epoch)
    }
}
