import Glibc

/// The clock that messages are dated by.
package enum WallClock {
    /// Milliseconds since the Unix epoch.
    package static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }
}
