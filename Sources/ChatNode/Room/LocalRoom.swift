import ChatCore
import NIOCore

/// A room as one shard has it: where it stands, who on this loop is in it, and the frames that wait for the next flush.
final class LocalRoom {
    /// Whether the broker hands on what happens in it.
    private enum State {
        /// The broker has been asked; those who join wait, and so does what comes.
        case opening
        /// The newest message that was handed on; what comes is checked against it.
        case open(LogPosition)
        /// The broker would not. Whoever still holds this room is told so; those who come later get another one.
        case failed(BrokerError)
    }

    let name: RoomName
    private var state = State.opening
    private let opening = Signal()
    private(set) var tail = RoomTail()
    private(set) var live: [Membership] = []
    /// Members whose replay goes on.
    private(set) var catchingUp: [Membership] = []
    var presence: RoomPresence
    private let move = Signal()

    // What leaves next, and when.
    var gathered = GatheredFrames()
    /// What leaves at this moment.
    private(set) var leaving: GatheredFrames.Batch?
    var pace = RoomPace()
    /// Whether the ``FlushScheduler`` asks about it at the end of this tick.
    var isGathering = false
    /// When the ``FlushScheduler`` asks about it next, whatever comes.
    var nextLook: ContinuousClock.Instant?

    init(name: RoomName, limits: Limits) {
        self.name = name
        self.presence = RoomPresence(room: name, limit: limits.members)
    }

    /// Where the room stands; nil unless it is open.
    var position: LogPosition? {
        guard case .open(let position) = self.state else { return nil }
        return position
    }

    /// Whether nobody here needs it.
    var isUnused: Bool { self.live.isEmpty && self.catchingUp.isEmpty && self.presence.users.isEmpty }

    // MARK: Frames

    /// What waits for the live members.
    var waiting: RoomPace.Waiting {
        RoomPace.Waiting(
            bytes: self.gathered.frames.readableBytes,
            isUrgent: !self.gathered.isUnhurried,
            members: self.live.count
        )
    }

    /// What was gathered is about to be written to the live members.
    func beginLeaving() {
        self.pace.left()
        self.leaving = self.gathered.take()
    }

    /// It has been written to all of them.
    ///
    /// - Returns: What it was; nil when nothing was gathered.
    func endLeaving() -> GatheredFrames.Batch? { self.leaving.take() }

    // MARK: Messages

    /// What the arrival of a message means.
    enum OnPublication: Equatable {
        /// It is the next: hand it on.
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

    /// The broker has told where the room stands; what came before it was told may be newer.
    func opened(at head: LogPosition) {
        guard case .opening = self.state else { return }
        var position = head
        if let last = self.tail.last, last.epoch == head.epoch, last.seq > head.seq { position = last }
        self.state = .open(position)
        self.opening.raise()
        self.wake()
    }

    /// The broker does not hand on what happens in it.
    ///
    /// - Returns: Whether that was still to be found out.
    func failed(_ error: BrokerError) -> Bool {
        guard case .opening = self.state else { return false }
        self.state = .failed(error)
        self.opening.raise()
        return true
    }

    /// Returns when the broker hands on what happens in it.
    ///
    /// - Throws: Why it does not.
    func opened() async throws(BrokerError) {
        while true {
            switch self.state {
            case .open: return
            case .failed(let error): throw error
            case .opening: await self.opening.raised()
            }
        }
    }

    /// Whether the head that the broker told lies beyond where the room stands; what came since then may be newer still.
    func isBehind(_ head: LogPosition) -> Bool {
        guard let position else { return false }
        return position.epoch != head.epoch || position.seq < head.seq
    }

    /// The room goes on from another place: its log began anew, or has lost what comes before it.
    func move(to position: LogPosition) {
        guard case .open(let last) = self.state else { return }
        // A log that began anew counts its changes of members anew.
        if last.epoch != position.epoch { self.presence.crowd.reset() }
        self.state = .open(position)
        self.tail.removeAll()
        self.wake()
    }

    /// Returns when the room has moved on, or somebody who waits for it has gone.
    func moved() async { await self.move.raised() }

    /// Lets those go on who wait for the room to move.
    func wake() { self.move.raise() }

    // MARK: Members

    func add(_ membership: Membership) { self.catchingUp.append(membership) }

    /// The member stands where the room stands.
    func makeLive(_ membership: Membership) {
        guard membership.slot == nil else { return }
        // What was gathered until now is older than what it has been told already.
        membership.skip(self.gathered.frames.readableBytes)
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
        let last = self.live.removeLast()
        guard last !== membership else { return }
        self.live[slot] = last
        last.slot = slot
    }
}
