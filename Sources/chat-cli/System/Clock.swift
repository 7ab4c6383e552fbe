internal import Glibc

/// A moment as people read it, in the time zone of the machine.
struct LocalTime: Sendable {
    /// `HH:MM`.
    let clock: String
    /// `YYYY-MM-DD`.
    let day: String

    /// - Parameter milliseconds: Since the Unix epoch.
    init(milliseconds: Int) {
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        self.clock = "\(two(parts.tm_hour)):\(two(parts.tm_min))"
        self.day = "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
    }
}
