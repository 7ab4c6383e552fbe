import ChatCore

/// The timers of a shard.
enum Timer: Sendable {
    /// Check whether the connection is alive.
    case liveness(ClientID)
    /// Check whether the client takes its waiting bytes.
    case stall(ClientID)
    /// Check whether the client has brought a token.
    case hello(ClientID)
    /// Check whether the time of the client's token is over; the number is that of the token.
    case expiry(ClientID, UInt32)
    /// The grace of a user whose last connection was lost is over.
    case depart(RoomName, UserID, Int)
    /// Release the room, if nobody is in it.
    case close(RoomName)
}

/// The timers of one loop, which are due at full seconds.
final class LoopTimers {
    private var wheel = TimerWheel<Timer>()

    /// Sets a timer; nothing takes it back, so whoever handles it checks whether it is still meant.
    func schedule(_ timer: Timer, after time: Duration) { self.wheel.schedule(timer, after: time) }

    /// A second has passed.
    ///
    /// - Returns: The timers that are due.
    func advance() -> [Timer] { self.wheel.advance() }
}
