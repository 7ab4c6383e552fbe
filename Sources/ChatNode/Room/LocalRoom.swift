import ChatCore
import ChatDeflate
import NIOCore

/// A room on one shard: its position, its members on this loop, and the frames that wait for the next flush.
final class LocalRoom {
    /// Whether the broker hands on its events.
    private enum State {
        /// The subscription is under way; joins wait, and so do events.
        case opening
        /// The newest message that was handed on; arriving messages are compared with it.
        case open(LogPosition)
        /// The broker refused. Waiting joins of this room fail; later ones get a new room.
        case failed(BrokerError)
    }

    let name: RoomName
    private var state = State.opening
    private let opening = Signal()
    private(set) var tail = RoomTail()
    /// Changes whenever its members may have been told of a deletion.
    private(set) var deletionCount = 0
    private(set) var live: [Membership] = []
    /// How many of them get something else than frames as they are: of those who may know of presence, and of the others.
    private var forms = (hearing: MessageForm.Counts(), quiet: MessageForm.Counts())
    /// Members whose replay goes on.
    private(set) var catchingUp: [Membership] = []
    var presence: RoomPresence
    /// How many hear it who are nobody's members.
    var listeners = 0
    private let move = Signal()

    // The frames that leave next, and their time.
    private(set) var gathered = RoomFrames()
    /// The same without presence: gathered while there are live members who may not know of it.
    private var gatheredQuietly = RoomFrames()
    /// The number of those members.
    private var quietCount = 0
    /// The frames that leave at this moment.
    private(set) var leaving: Leaving?
    var pace = RoomPace()
    /// Whether the ``FlushScheduler`` asks about it at the end of this turn.
    var isGathering = false
    /// The time when the ``FlushScheduler`` asks about it next in any case.
    var nextLook: ContinuousClock.Instant?

    init(name: RoomName, limits: Limits) {
        self.name = name
        self.presence = RoomPresence(room: name, limit: limits.members)
    }

    /// The room's position; nil unless it is open.
    var position: LogPosition? {
        guard case .open(let position) = self.state else { return nil }
        return position
    }

    /// Whether nobody here needs it.
    var isUnused: Bool { self.live.isEmpty && self.catchingUp.isEmpty && self.presence.users.isEmpty }

    // MARK: Frames

    /// The frames that wait for the live members.
    var waiting: RoomPace.Waiting {
        RoomPace.Waiting(
            bytes: self.gathered.frames.readableBytes,
            isUrgent: !self.gathered.isUnhurried,
            members: self.live.count
        )
    }

    /// Adds a frame to those that leave next.
    ///
    /// - Parameters:
    ///   - payload: The event.
    ///   - urgency: Its urgency; what is not urgent is about presence.
    ///   - isMessage: Whether it counts as a message.
    func gather(_ payload: ByteBuffer, _ urgency: RoomFrames.Urgency, isMessage: Bool) {
        self.gathered.add(payload, urgency)
        if isMessage { self.gathered.tally.addMessage(payload) }
        guard self.quietCount > 0, case .prompt = urgency else { return }
        self.gatheredQuietly.add(payload, urgency)
        if isMessage { self.gatheredQuietly.tally.addMessage(payload) }
    }

    /// The number of frames that were gathered since the last call.
    func takeNewCount() -> Int { self.gathered.takeNewCount() }

    /// Frames on their way to the live members.
    struct Leaving {
        var all: RoomFrames.Batch
        /// Those without presence, for members who may not know of it; nil when there are no such members or frames.
        var quiet: RoomFrames.Batch?

        /// Compresses each message for all members with a window.
        ///
        /// - Parameters:
        ///   - window: The window.
        ///   - members: Whether there are such members who may know of presence, and such who may not.
        ///   - deflater: What compresses.
        mutating func compress(
            for window: DeflateWindow,
            _ members: (hearing: Bool, quiet: Bool),
            by deflater: Deflater
        ) {
            if members.hearing { self.all.compress(for: window, by: deflater) }
            guard members.quiet, self.quiet != nil else { return }
            // Mostly there is no presence among them, and the two are the same.
            if members.hearing, self.quiet?.frames == self.all.frames {
                self.quiet?.compressed[window] = self.all.compressed[window]
            } else {
                self.quiet?.compress(for: window, by: deflater)
            }
        }

        /// Writes the frames once more as events, for all members that read those.
        ///
        /// - Parameter members: Whether there are such members who may know of presence, and such who may not.
        mutating func writeEvents(_ members: (hearing: Bool, quiet: Bool)) {
            if members.hearing { self.all.events = ServerSentEvents.events(in: self.all.frames) }
            guard members.quiet, let quiet = self.quiet else { return }
            let isSame = members.hearing && quiet.frames == self.all.frames
            self.quiet?.events = isSame ? self.all.events : ServerSentEvents.events(in: quiet.frames)
        }

        /// The frames for a member.
        func batch(for member: Membership) -> RoomFrames.Batch? { member.hearsPresence ? self.all : self.quiet }
    }

    /// The gathered frames are about to be written to the live members.
    ///
    /// - Parameter deflate: What compresses them, once for all members with the same window.
    func beginLeaving(_ deflate: LoopDeflate) {
        self.pace.left()
        let quiet = self.quietCount > 0 ? self.gatheredQuietly.take() : nil
        self.leaving = self.gathered.take().map { Leaving(all: $0, quiet: quiet) }
        if self.leaving == nil || (self.forms.hearing.isEmpty && self.forms.quiet.isEmpty) { return }
        self.leaving?.writeEvents((self.forms.hearing.streams > 0, self.forms.quiet.streams > 0))
        self.compress(for: .small, deflate)
        self.compress(for: .large, deflate)
    }

    private func compress(for window: DeflateWindow, _ deflate: LoopDeflate) {
        let members = (self.forms.hearing.windows[window] > 0, self.forms.quiet.windows[window] > 0)
        guard members.0 || members.1, let deflater = deflate.deflater(window) else { return }
        self.leaving?.compress(for: window, members, by: deflater)
    }

    /// They have been written to those who were served first.
    ///
    /// - Returns: The frames for all of them, with the numbers of members of each kind; nil when there are none.
    func endLeaving() -> (leaving: Leaving, hearing: Int, quiet: Int)? {
        self.leaving.take().map { ($0, self.live.count - self.quietCount, self.quietCount) }
    }

    // MARK: Messages

    /// The meaning of an arriving message.
    enum OnPublication: Equatable {
        /// It is the next one: hand it on.
        case deliver
        /// It was seen before, or the room is not open yet and it waits in the tail.
        case keep
        /// Messages before it are missing.
        case hole(after: Int)
    }

    /// A message came.
    func receive(_ publication: Publication) -> OnPublication {
        guard case .open(let position) = self.state else {
            self.tail.append(publication)
            return .keep
        }
        guard publication.position.epoch == position.epoch, publication.position.seq > position.seq else {
            return .keep
        }
        guard publication.position.seq == position.seq + 1 else { return .hole(after: position.seq) }
        self.state = .open(publication.position)
        self.tail.append(publication)
        self.wake()
        return .deliver
    }

    /// The broker has answered the room's position; messages that came before the answer may be newer.
    func opened(at head: LogPosition) {
        guard case .opening = self.state else { return }
        var position = head
        if let last = self.tail.last, last.epoch == head.epoch, last.seq > head.seq { position = last }
        self.state = .open(position)
        self.opening.raise()
        self.wake()
    }

    /// The broker does not hand on its events.
    ///
    /// - Returns: Whether the room was still opening.
    func failed(_ error: BrokerError) -> Bool {
        guard case .opening = self.state else { return false }
        self.state = .failed(error)
        self.opening.raise()
        return true
    }

    /// Returns when the broker hands on its events.
    ///
    /// - Throws: The reason why it does not.
    func opened() async throws(BrokerError) {
        while true {
            switch self.state {
            case .open: return
            case .failed(let error): throw error
            case .opening: await self.opening.raised()
            }
        }
    }

    /// Whether the broker's head is beyond the room's position; messages that came since may be newer still.
    func isBehind(_ head: LogPosition) -> Bool {
        guard let position else { return false }
        return position.epoch != head.epoch || position.seq < head.seq
    }

    /// The room goes on from another position: its log started again, or has lost the messages before it.
    func move(to position: LogPosition) {
        guard case .open(let last) = self.state else { return }
        // A log that started again also starts its count of presence changes again.
        if last.epoch != position.epoch { self.presence.crowd.reset() }
        self.state = .open(position)
        self.tail.removeAll()
        // Some may be in what the members now read.
        self.deletionCount += 1
        self.wake()
    }

    /// Its members are told of a deletion.
    func noteDeletion() { self.deletionCount += 1 }

    /// Returns when the room has moved on, or a member that waits for it has gone.
    func moved() async { await self.move.raised() }

    /// Resumes the tasks that wait for the room to move.
    func wake() { self.move.raise() }

    // MARK: Members

    func add(_ membership: Membership) { self.catchingUp.append(membership) }

    /// The member has reached the room's position.
    func makeLive(_ membership: Membership) {
        guard membership.slot == nil else { return }
        let gathered = membership.hearsPresence ? self.gathered : self.gatheredQuietly
        membership.begins(after: gathered.frames.readableBytes)
        self.count(membership, 1)
        self.catchingUp.removeAll { $0 === membership }
        membership.slot = self.live.count
        self.live.append(membership)
    }

    /// The member has to catch up once more.
    func makeCatchUp(_ membership: Membership) {
        self.remove(membership)
        self.catchingUp.append(membership)
    }

    func remove(_ membership: Membership) {
        guard let slot = membership.slot else { return self.catchingUp.removeAll { $0 === membership } }
        membership.slot = nil
        self.count(membership, -1)
        let last = self.live.removeLast()
        guard last !== membership else { return }
        self.live[slot] = last
        last.slot = slot
    }

    /// A member may know from now on who is there, or may not any more; no frames are gathered now.
    func change(_ membership: Membership, hearsPresence: Bool) {
        if membership.slot != nil { self.count(membership, -1) }
        membership.hearsPresence = hearsPresence
        if membership.slot != nil { self.count(membership, 1) }
    }

    private func count(_ membership: Membership, _ change: Int) {
        if membership.hearsPresence {
            self.forms.hearing.add(change, of: membership.form)
        } else {
            self.forms.quiet.add(change, of: membership.form)
        }
        guard !membership.hearsPresence else { return }
        self.quietCount += change
        if self.quietCount == 0 { self.gatheredQuietly = RoomFrames() }
    }
}
