internal import ChatCore
internal import NIOCore

/// A task that is due for a room.
struct RoomTask {
    enum Kind {
        /// A regular check; the next one follows an interval later.
        case look
        /// An extra check, since something was lost, or the room is new here.
        case lookOnce
        /// A log that could not be read is read again.
        case retry
        /// It is subscribed again, and its log must be read.
        case resume
        /// Sweeps ended leases of single members, which nodes of the earlier layout write.
        case sweepLeases
        /// Reports another loss that came too soon after the last one.
        case tellLoss
        /// Makes the records of its members consistent: a step of the script, its cursor, and whether members were
        /// found that no holder had restored.
        case mend(Int, String, hasFound: Bool)
    }

    var kind: Kind
    var followed: FollowedRoom
}

/// The tasks of the node's rooms, each due at its own time, with a bound for the number under way at once.
///
/// It belongs to the broker and is used on its event loop only.
final class RoomAgenda {
    /// The number of rooms that are checked, or read again, at the same time.
    static let tasksAtOnce = 256

    private var tasks = PacedQueue<RoomTask, NIODeadline>(window: tasksAtOnce)

    func schedule(_ kind: RoomTask.Kind, _ followed: FollowedRoom, at time: NIODeadline) {
        self.tasks.schedule(RoomTask(kind: kind, followed: followed), at: time)
    }

    /// Begins the task that has been due for longest, if the bound allows it; ``ended()`` follows.
    func begin(_ now: NIODeadline) -> RoomTask? { self.tasks.begin(now) }

    /// A task has ended.
    func ended() { self.tasks.ended() }
}
