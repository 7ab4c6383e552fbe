internal import Glibc

/// A time for people, in the time zone of the machine.
package struct LocalTime: Sendable {
    /// `HH:MM`.
    package let clock: String
    /// `YYYY-MM-DD`.
    package let day: String
    /// RFC 3339, to the second, with the offset from UTC.
    package let timestamp: String
    /// 0 is Sunday.
    package let weekday: Int

    /// - Parameter milliseconds: Since the Unix epoch.
    package init(milliseconds: Int) {
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        self.clock = "\(two(parts.tm_hour)):\(two(parts.tm_min))"
        self.weekday = Int(parts.tm_wday)
        self.day = "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
        let offset = Int32(abs(parts.tm_gmtoff) / 60)
        let zone = offset == 0 ? "Z" : "\(parts.tm_gmtoff < 0 ? "-" : "+")\(two(offset / 60)):\(two(offset % 60))"
        self.timestamp = "\(self.day)T\(self.clock):\(two(parts.tm_sec))\(zone)"
    }
}
