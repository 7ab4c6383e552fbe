import Glibc

/// The clock for the times of messages.
package enum WallClock {
    /// Milliseconds since the Unix epoch.
    package static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }
}
