/// Decides when the frames that a room has gathered leave: messages by a ``FlushPacer``, presence by a ``Throttle``.
///
/// It is asked at the end of each tick in which the room gathered something, and again at the times that it names.
package struct RoomPace: Sendable {
    /// The most bytes that a room holds to send them together.
    ///
    /// With this many bytes, the system call costs little for each message. Waiting for more gains nothing, and a
    /// sender with many messages under way would wait as well (with 64 KiB it was slowed down to a third).
    package static let maximumHeldBytes = 4096

    /// The frames that wait in a room.
    package struct Waiting: Equatable, Sendable {
        package var bytes: Int
        /// Whether a message is among them; presence and typing are not urgent.
        package var isUrgent: Bool
        /// The number of members that get them.
        package var members: Int

        package init(bytes: Int, isUrgent: Bool, members: Int) {
            self.bytes = bytes
            self.isUrgent = isUrgent
            self.members = members
        }
    }

    /// The time at which the frames leave.
    package enum Timing: Equatable, Sendable {
        /// Nothing waits.
        case never
        case atOnce
        /// Ask again at this time, with ``look(_:now:window:)``.
        case later(ContinuousClock.Instant)
    }

    private var pacer = FlushPacer()
    private var throttle = Throttle()

    package init() {}

    /// A tick in which the room gathered something has ended.
    ///
    /// - Parameters:
    ///   - waiting: The frames that wait now.
    ///   - now: The time.
    ///   - window: The longest time that messages are held.
    ///   - isBusy: Whether the loop has much to deliver.
    /// - Returns: The time at which the frames leave.
    package mutating func gathered(
        _ waiting: Waiting,
        now: ContinuousClock.Instant,
        window: Duration,
        isBusy: Bool
    ) -> Timing {
        self.decide(waiting, now) { $0.gathered(now: now, window: window, isBusy: isBusy) }
    }

    /// The time that a timing named has come or passed.
    ///
    /// - Parameters:
    ///   - waiting: The frames that wait now.
    ///   - now: The time.
    ///   - window: The longest time that messages are held.
    /// - Returns: The time at which the frames leave.
    package mutating func look(_ waiting: Waiting, now: ContinuousClock.Instant, window: Duration) -> Timing {
        self.decide(waiting, now) { $0.check(now: now, window: window) }
    }

    /// The waiting frames have left, for whatever reason.
    package mutating func left() { self.pacer.flushed() }

    private mutating func decide(
        _ waiting: Waiting,
        _ now: ContinuousClock.Instant,
        _ ask: (inout FlushPacer) -> FlushPacer.Decision
    ) -> Timing {
        guard waiting.bytes > 0 else { return .never }
        guard waiting.bytes < Self.maximumHeldBytes else { return .atOnce }
        guard waiting.isUrgent else {
            return switch self.throttle.pass(now: now, interval: Self.interval(members: waiting.members)) {
            case .pass: .atOnce
            case .wait(let time): .later(time)
            }
        }
        return switch ask(&self.pacer) {
        case .flush: .atOnce
        case .hold(let time): .later(time)
        }
    }

    /// The shortest time between two flushes that are not urgent.
    ///
    /// Each user that comes is announced to every member. When a crowd comes, the cost for each newcomer grows with the
    /// number of members, so each member of a room adds 10 ms: from a quarter of a second up to a whole one.
    private static func interval(members: Int) -> Duration { .milliseconds(10) * min(max(25, members), 100) }
}
