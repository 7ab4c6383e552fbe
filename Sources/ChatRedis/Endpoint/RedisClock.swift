internal import ChatSystem
internal import NIOCore

/// The time by Redis' clock once Redis has told it; until then by the node's clock.
///
/// It belongs to the broker and is used on its event loop only.
final class RedisClock {
    private var time = WallClock.now()
    private var at = NIODeadline.now()
    /// Whether Redis has told its time.
    private(set) var isKnown = false

    /// Redis has told its time, in milliseconds since the Unix epoch.
    func told(_ time: Int, _ now: NIODeadline) { (self.time, self.at, self.isKnown) = (time, now, true) }

    /// The time, in milliseconds since the Unix epoch.
    func milliseconds(_ now: NIODeadline) -> Int { self.time + Int((now - self.at).nanoseconds / 1_000_000) }
}
