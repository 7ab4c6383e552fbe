internal import ChatCore
internal import NIOCore

/// Something that a room is due for.
struct RoomTask {
    enum Kind {
        /// A look, and the next one an interval later.
        case look
        /// One look out of turn, since something was lost, or the room is new here.
        case lookOnce
        /// A log that could not be read is read again.
        case retry
        /// It is subscribed again, and its log is to be read.
        case resume
        /// Leases of single members that have ended, as nodes of the layout before write them, are swept.
        case sweepLeases
        /// Another loss is told, which came too soon after the last one.
        case tellLoss
        /// The records of its members are made to agree: a step of the script, its cursor, and whether members were
        /// found that no holder had restored.
        case mend(Int, String, hasFound: Bool)
    }

    var kind: Kind
    var subscription: RoomSubscription
}

/// The tasks that the rooms of the node are due for, each at its own time, and a bound for how many are under way at
/// once.
///
/// It belongs to the broker and is used on its event loop only.
final class RoomAgenda {
    /// How many rooms are checked, or read again, at the same time.
    static let tasksAtOnce = 256

    private var tasks = PacedQueue<RoomTask, NIODeadline>(window: tasksAtOnce)

    func schedule(_ kind: RoomTask.Kind, _ subscription: RoomSubscription, at time: NIODeadline) {
        self.tasks.schedule(RoomTask(kind: kind, subscription: subscription), at: time)
    }

    /// Begins with what has been due for longest, if there is room for it; ``ended()`` follows.
    func begin(_ now: NIODeadline) -> RoomTask? { self.tasks.begin(now) }

    /// Something that was begun is done.
    func ended() { self.tasks.ended() }
}
