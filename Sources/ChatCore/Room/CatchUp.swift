/// How a member comes from where it is to where the room is (docs/PROTOCOL.md, guarantee 5): decided here, read and
/// written elsewhere.
///
/// The plan is made once, at a head that the member is told; what it is sent after that follows position by position
/// until it stands where the room stands, and only then is it live. So nothing is missed, repeated or interleaved,
/// however long the reading takes and whatever is published meanwhile.
package struct CatchUp: Sendable, Equatable {
    /// What the member has been sent, or was told that it will not get.
    package private(set) var position: LogPosition

    /// Begins where a member stands.
    package init(position: LogPosition) { self.position = position }

    /// What is announced before the replay.
    package struct Announcement: Equatable, Sendable {
        /// The head at which the plan was made.
        package var head: LogPosition
        /// Whether the member's old position means nothing any more.
        package var isReset: Bool
        /// What the log has lost already.
        package var gap: ClosedRange<Int>?
        /// How many messages follow at once.
        package var replay: Int
        /// False announces a reset or a gap.
        package var recovered: Bool { !self.isReset && self.gap == nil }
    }

    /// What to do next.
    package enum Step: Equatable, Sendable {
        /// Send these; they are the next.
        case send(ArraySlice<Publication>)
        /// Read the log after this position and call ``read(_:)``.
        case read(after: Int)
        /// The log was ahead of the room: wait until the room has come to where the member stands.
        case wait
        /// The room began anew: say so, and go on.
        case reset(head: LogPosition)
        /// The member stands where the room stands.
        case live
    }

    /// What a page of the log brings.
    package struct OnRead: Equatable, Sendable {
        /// What has left the log in the meantime.
        package var gap: ClosedRange<Int>?
        /// What to send after that.
        package var messages: ArraySlice<Publication>
    }

    /// Makes the plan.
    ///
    /// - Parameters:
    ///   - start: What the member asked for.
    ///   - room: Where the room stands here; the log may be ahead of it, for what is published is on its way.
    ///   - page: What was read of the log, if ``needsLog(_:room:tail:)``.
    ///   - limit: The most messages that a join by count gives.
    /// - Returns: The plan, and what the member is told of it; nil when room and page are of different logs, one of
    ///   which is no more: ask again.
    package static func plan(
        _ start: ReplayStart,
        room: LogPosition,
        page: LogPage?,
        limit: Int
    ) -> (CatchUp, Announcement)? {
        guard let page else { return Self.plan(start, head: room, oldest: 1, limit: limit) }
        guard page.epoch == room.epoch else { return nil }
        let head = page.head < room.seq ? room : page.headPosition
        let oldest = min(page.first, head.seq + 1)
        if case .after(let position) = start, position.epoch == head.epoch, position.seq <= head.seq,
            !page.proves(position)
        {
            // The same number in another log: what the member has may be lost, and what follows it as well.
            return Self.planAnew(head: head, oldest: oldest)
        }
        return Self.plan(start, head: head, oldest: oldest, limit: limit)
    }

    private static func plan(
        _ start: ReplayStart,
        head: LogPosition,
        oldest: Int,
        limit: Int
    ) -> (CatchUp, Announcement) {
        switch start {
        case .live:
            return (CatchUp(position: head), Announcement(head: head, isReset: false, gap: nil, replay: 0))
        case .last(let count):
            let seq = max(head.seq - min(count, limit), oldest - 1)
            return Self.plan(after: seq, head: head, isReset: false, gap: nil)
        case .after(let position) where position.epoch != head.epoch || position.seq > head.seq:
            return Self.planAnew(head: head, oldest: oldest)
        case .after(let position):
            guard position.seq < oldest - 1 else {
                return Self.plan(after: position.seq, head: head, isReset: false, gap: nil)
            }
            return Self.plan(after: oldest - 1, head: head, isReset: false, gap: (position.seq + 1)...(oldest - 1))
        }
    }

    /// The member's old position means nothing: all that the log keeps follows.
    private static func planAnew(head: LogPosition, oldest: Int) -> (CatchUp, Announcement) {
        Self.plan(after: oldest - 1, head: head, isReset: true, gap: oldest > 1 ? 1...(oldest - 1) : nil)
    }

    private static func plan(
        after seq: Int,
        head: LogPosition,
        isReset: Bool,
        gap: ClosedRange<Int>?
    ) -> (CatchUp, Announcement) {
        (
            CatchUp(position: LogPosition(epoch: head.epoch, seq: seq)),
            Announcement(head: head, isReset: isReset, gap: gap, replay: head.seq - seq)
        )
    }

    /// Whether the plan can only be made by what the log still keeps.
    package static func needsLog(_ start: ReplayStart, room: LogPosition, tail: RoomTail) -> Bool {
        switch start {
        case .live: false
        case .last(let count): count > 0 && room.seq > 0
        case .after(let position): !Self.isProven(position, room: room, tail: tail)
        }
    }

    /// Whether a position is one of the room's log, and all that follows it is at hand.
    private static func isProven(_ position: LogPosition, room: LogPosition, tail: RoomTail) -> Bool {
        guard position == room || tail.messages(after: position) != nil else { return false }
        // Before the first message all that the log ever was is the same.
        guard position.seq > 0 else { return true }
        guard let time = position.time else { return false }
        return time == (position == room ? room.time : tail.time(of: position))
    }

    /// After which number the log has to be read for a plan.
    package static func readStart(_ start: ReplayStart, room: LogPosition, limit: Int) -> Int {
        switch start {
        case .live: room.seq
        case .last(let count): max(0, room.seq - min(count, limit))
        // With the message at the position itself, which proves it.
        case .after(let position): position.epoch == room.epoch ? max(0, position.seq - 1) : 0
        }
    }

    /// How far the log is said to have come: a page that was read before that is no ground for a plan.
    package static func knownPosition(_ start: ReplayStart, room: LogPosition) -> LogPosition {
        switch start {
        case .live, .last: room
        // Somebody may have got it from another node, before this one hears of it.
        case .after(let position): position.epoch == room.epoch && position.seq < room.seq ? room : position
        }
    }

    /// What comes next.
    ///
    /// - Parameters:
    ///   - room: Where the room stands.
    ///   - tail: Its last messages.
    /// - Returns: The next step.
    package mutating func next(room: LogPosition, tail: RoomTail) -> Step {
        guard room.epoch == self.position.epoch else {
            self.position = LogPosition(epoch: room.epoch, seq: 0)
            return .reset(head: room)
        }
        guard self.position.seq <= room.seq else { return .wait }
        guard self.position.seq < room.seq else { return .live }
        guard let messages = tail.messages(after: self.position), let last = messages.last else {
            return .read(after: self.position.seq)
        }
        self.position = last.position
        return .send(messages)
    }

    /// A page was read, for ``Step/read(after:)``.
    package mutating func read(_ page: LogPage) -> OnRead {
        guard page.epoch == self.position.epoch else { return OnRead(gap: nil, messages: []) }
        var result = OnRead(gap: nil, messages: [])
        if page.first > self.position.seq + 1 {
            result.gap = (self.position.seq + 1)...(page.first - 1)
            self.position.seq = page.first - 1
        }
        let messages = page.publications.drop { $0.position.seq <= self.position.seq }
        // A page that was read for another position, before the room was told of a new log, has nothing that follows.
        guard let last = messages.last, messages.first?.position.seq == self.position.seq + 1 else { return result }
        result.messages = messages
        self.position = last.position
        return result
    }
}
