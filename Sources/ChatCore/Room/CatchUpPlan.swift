/// Brings a member from its position to the room's position (docs/PROTOCOL.md, guarantee 5): it decides, and other code
/// reads and writes.
///
/// The plan is made once, at a head that the member is told. After that it gets messages position by position until it
/// has reached the room's position, and only then is it live. So nothing is missed, repeated or interleaved, however
/// long the reading takes and whatever is published meanwhile.
package struct CatchUpPlan: Sendable, Equatable {
    /// The position up to which the member was sent messages, or was told that it will not get them.
    package private(set) var position: LogPosition

    /// Begins at a member's position.
    package init(position: LogPosition) { self.position = position }

    /// The announcement before the replay.
    package struct Announcement: Equatable, Sendable {
        /// The head at which the plan was made.
        package var head: LogPosition
        /// Whether the member's old position is not valid any more.
        package var isReset: Bool
        /// The messages that the log has lost already.
        package var gap: ClosedRange<Int>?
        /// The number of messages that follow at once.
        package var replay: Int
        /// False announces a reset or a gap.
        package var recovered: Bool { !self.isReset && self.gap == nil }
    }

    /// The next step.
    package enum Step: Equatable, Sendable {
        /// Send these; they are the next.
        case send(ArraySlice<Publication>)
        /// Read the log after this position and call ``read(_:)``.
        case read(after: Int)
        /// The log was ahead of the room: wait until the room has reached the member's position.
        case wait
        /// The room's log started again, or has other messages than the member was sent: say so, and go on.
        case reset(head: LogPosition)
        /// The member has reached the room's position.
        case live
    }

    /// The contribution of a page of the log.
    package struct OnRead: Equatable, Sendable {
        /// The messages that have left the log in the meantime.
        package var gap: ClosedRange<Int>?
        /// The messages to send after that.
        package var messages: ArraySlice<Publication>
    }

    /// Makes the plan.
    ///
    /// - Parameters:
    ///   - start: The member's request.
    ///   - room: The room's position here; the log may be ahead of it, since publications are on their way.
    ///   - page: The page of the log that was read, if ``needsLog(_:room:tail:)``.
    ///   - limit: The most messages that a join by count gives.
    /// - Returns: The plan, and the announcement for the member; nil when room and page are of different logs, one of
    ///   which no longer exists: ask again.
    package static func plan(
        _ start: JoinStart,
        room: LogPosition,
        page: LogPage?,
        limit: Int
    ) -> (CatchUpPlan, Announcement)? {
        guard let page else { return Self.plan(start, head: room, oldest: 1, limit: limit) }
        guard page.epoch == room.epoch else { return nil }
        let head = page.head < room.seq ? room : page.headPosition
        let oldest = min(page.first, head.seq + 1)
        if case .after(let position) = start, position.epoch == head.epoch, position.seq <= head.seq,
            !page.proves(position)
        {
            // The same number in another log: the member's messages may be lost, and so may those after them.
            return Self.planAnew(head: head, oldest: oldest)
        }
        return Self.plan(start, head: head, oldest: oldest, limit: limit)
    }

    private static func plan(
        _ start: JoinStart,
        head: LogPosition,
        oldest: Int,
        limit: Int
    ) -> (CatchUpPlan, Announcement) {
        switch start {
        case .live:
            return (CatchUpPlan(position: head), Announcement(head: head, isReset: false, gap: nil, replay: 0))
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

    /// The member's old position is not valid: everything that the log keeps follows.
    private static func planAnew(head: LogPosition, oldest: Int) -> (CatchUpPlan, Announcement) {
        Self.plan(after: oldest - 1, head: head, isReset: true, gap: oldest > 1 ? 1...(oldest - 1) : nil)
    }

    private static func plan(
        after seq: Int,
        head: LogPosition,
        isReset: Bool,
        gap: ClosedRange<Int>?
    ) -> (CatchUpPlan, Announcement) {
        (
            CatchUpPlan(position: LogPosition(epoch: head.epoch, seq: seq)),
            Announcement(head: head, isReset: isReset, gap: gap, replay: head.seq - seq)
        )
    }

    /// The plan of a member that may not read the past: what it would be replayed is lost to it.
    ///
    /// - Parameters:
    ///   - announcement: The announcement of the plan that it asked for.
    ///   - start: The member's request.
    /// - Returns: A plan that begins at the head.
    package static func withoutPast(_ announcement: Announcement, _ start: JoinStart) -> (CatchUpPlan, Announcement) {
        let head = announcement.head
        var told = Announcement(head: head, isReset: announcement.isReset, gap: nil, replay: 0)
        if case .after = start {
            let first = announcement.gap?.lowerBound ?? head.seq - announcement.replay + 1
            if first <= head.seq { told.gap = first...head.seq }
        }
        return (CatchUpPlan(position: head), told)
    }

    /// Whether the plan needs the log.
    package static func needsLog(_ start: JoinStart, room: LogPosition, tail: RoomTail) -> Bool {
        switch start {
        case .live: false
        case .last(let count): count > 0 && room.seq > 0
        case .after(let position): !Self.isProven(position, room: room, tail: tail)
        }
    }

    /// Whether a position is one of the room's log, and all messages after it are at hand.
    private static func isProven(_ position: LogPosition, room: LogPosition, tail: RoomTail) -> Bool {
        guard position == room || tail.messages(after: position) != nil else { return false }
        // Before the first message, every state of the log is the same.
        guard position.seq > 0 else { return true }
        guard let time = position.time else { return false }
        return time == (position == room ? room.time : tail.time(of: position))
    }

    /// The number after which the log must be read for a plan.
    package static func readStart(_ start: JoinStart, room: LogPosition, limit: Int) -> Int {
        switch start {
        case .live: room.seq
        case .last(let count): max(0, room.seq - min(count, limit))
        // With the message at the position itself, which proves it.
        case .after(let position): position.epoch == room.epoch ? max(0, position.seq - 1) : 0
        }
    }

    /// The position that the log is said to have reached: an older page cannot be used for a plan.
    package static func knownPosition(_ start: JoinStart, room: LogPosition) -> LogPosition {
        switch start {
        case .live, .last: room
        // A client may have got it from another node, before this node hears of it.
        case .after(let position): position.epoch == room.epoch && position.seq < room.seq ? room : position
        }
    }

    /// The next step.
    ///
    /// - Parameters:
    ///   - room: The room's position.
    ///   - tail: Its last messages.
    /// - Returns: The next step.
    package mutating func next(room: LogPosition, tail: RoomTail) -> Step {
        guard room.epoch == self.position.epoch, !self.isContradicted(by: room, tail) else {
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

    /// Whether the room has another message at the member's position than the one that the member was sent, which is lost.
    private func isContradicted(by room: LogPosition, _ tail: RoomTail) -> Bool {
        guard let time = self.position.time,
            let known = self.position == room ? room.time : tail.time(of: self.position)
        else { return false }
        return time != known
    }

    /// A page was read, for ``Step/read(after:)``.
    package mutating func read(_ page: LogPage) -> OnRead {
        guard page.epoch == self.position.epoch else { return OnRead(gap: nil, messages: []) }
        var result = OnRead(gap: nil, messages: [])
        if page.first > self.position.seq + 1 {
            result.gap = (self.position.seq + 1)...(page.first - 1)
            self.position = LogPosition(epoch: page.epoch, seq: page.first - 1)
        }
        let messages = page.publications.drop { $0.position.seq <= self.position.seq }
        // A page that was read for another position, before the room was told of a new log, contains no next message.
        guard let last = messages.last, messages.first?.position.seq == self.position.seq + 1 else { return result }
        result.messages = messages
        self.position = last.position
        return result
    }
}
