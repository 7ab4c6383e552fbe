/// Decides when a room's gathered messages leave: at once, or together with the ones that will soon follow.
///
/// Each flush costs a system call for each member, however many messages it carries. So a room may hold its messages
/// for a moment (the window), but only while that saves something:
///
/// - The loop has much to deliver (``DeliveryMeter``). A loop with time to spare sends at once.
/// - The next message is expected within the window, by the time between the last ones.
/// - Messages keep coming. When none comes for three times as long as usual, the room is flushed before the window is
///   over: perhaps the next writers wait for the held messages. After such a hold, and after one in which nothing came,
///   the next flushes are at once, twice as many each time it happens again, so that people who answer each other are
///   not slowed down.
///
/// It counts ticks with something new, not single messages: the messages of one tick leave together anyway.
package struct FlushPacer: Sendable {
    /// The most flushes at once between two tries to hold.
    package static let maximumPause = 512

    /// The time at which the gathered messages leave.
    package enum Decision: Equatable, Sendable {
        /// It leaves at once.
        case flush
        /// Ask again at this time, with ``check(now:window:)``, unless it was flushed before.
        case hold(until: ContinuousClock.Instant)
    }

    /// The mean time between ticks with something new; recent ones weigh most.
    private var usual: Duration?
    private var last: ContinuousClock.Instant?
    private var heldSince: ContinuousClock.Instant?
    /// The number of flushes at once before the next try to hold.
    private var pause = 0
    /// The pause after the next useless hold.
    private var nextPause = 1

    package init() {}

    /// The room gathered something in this tick.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - window: The longest time that messages are held.
    ///   - isBusy: Whether the loop has much to deliver.
    /// - Returns: Whether it leaves now.
    package mutating func gathered(now: ContinuousClock.Instant, window: Duration, isBusy: Bool) -> Decision {
        // The usual case: nothing is held, and nothing need be known.
        guard window > .zero else { return .flush }
        if let last {
            let interval = min(last.duration(to: now), window * 2)
            self.usual = self.usual.map { ($0 * 3 + interval) / 4 } ?? interval
        }
        self.last = now
        if self.heldSince != nil { return self.check(now: now, window: window) }
        guard isBusy, let usual, usual < window else { return .flush }
        guard self.pause == 0 else {
            self.pause -= 1
            return .flush
        }
        self.heldSince = now
        return .hold(until: Self.end(of: now, last: now, usual, window))
    }

    /// The planned end of a hold has come.
    ///
    /// - Returns: Whether the held messages leave now.
    package mutating func check(now: ContinuousClock.Instant, window: Duration) -> Decision {
        guard let heldSince, let last, let usual else { return .flush }
        let end = Self.end(of: heldSince, last: last, usual, window)
        guard now >= end else { return .hold(until: end) }
        if end < heldSince.advanced(by: window) || last == heldSince {
            self.pause = self.nextPause
            self.nextPause = min(2 * self.nextPause, Self.maximumPause)
        } else {
            self.nextPause = 1
        }
        return .flush
    }

    /// The gathered messages have left.
    package mutating func flushed() { self.heldSince = nil }

    private static func end(
        of start: ContinuousClock.Instant,
        last: ContinuousClock.Instant,
        _ usual: Duration,
        _ window: Duration
    ) -> ContinuousClock.Instant {
        min(start.advanced(by: window), last.advanced(by: usual * 3))
    }
}
