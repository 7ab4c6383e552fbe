import ChatCore
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
    private(set) var live: [Membership] = []
    /// Members whose replay goes on.
    private(set) var catchingUp: [Membership] = []
    var presence: RoomPresence
    private let move = Signal()

    // The frames that leave next, and their time.
    var gathered = GatheredFrames()
    /// The frames that leave at this moment.
    private(set) var leaving: GatheredFrames.Batch?
    var pace = RoomPace()
    /// Whether the ``FlushScheduler`` asks about it at the end of this tick.
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

    /// The gathered frames are about to be written to the live members.
    func beginLeaving() {
        self.pace.left()
        self.leaving = self.gathered.take()
    }

    /// They have been written to all of them.
    ///
    /// - Returns: The counts of the frames; nil when there were none.
    func endLeaving() -> GatheredFrames.Batch? { self.leaving.take() }

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
        self.wake()
    }

    /// Returns when the room has moved on, or a member that waits for it has gone.
    func moved() async { await self.move.raised() }

    /// Resumes the tasks that wait for the room to move.
    func wake() { self.move.raise() }

    // MARK: Members

    func add(_ membership: Membership) { self.catchingUp.append(membership) }

    /// The member has reached the room's position.
    func makeLive(_ membership: Membership) {
        guard membership.slot == nil else { return }
        // The frames gathered until now are older than the messages it has got already.
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
