internal import Glibc

/// The resource usage of other processes, from Linux' /proc.
package struct ProcessUsage: Equatable, Sendable {
    /// Processor time in user and system mode, in nanoseconds; its unit is mostly ticks of 10 ms.
    package var time = 0
    /// Memory that is in RAM, in bytes.
    package var residentBytes = 0

    /// Adds up some processes.
    ///
    /// - Returns: nil when one of them does not exist, or this is not Linux.
    package static func of(_ processes: [Int32]) -> ProcessUsage? {
        var sum = ProcessUsage()
        let (ticks, page) = (sysconf(Int32(_SC_CLK_TCK)), sysconf(Int32(_SC_PAGESIZE)))
        for process in processes {
            guard let line = SystemFile.firstLine(of: "/proc/\(process)/stat"),
                let usage = ProcessUsage(stat: line, ticks: ticks, page: page)
            else { return nil }
            sum.time += usage.time
            sum.residentBytes += usage.residentBytes
        }
        return sum
    }

    package init() {}

    /// Reads `/proc/<pid>/stat` (proc(5)): the name in brackets may contain anything, even brackets.
    ///
    /// - Parameters:
    ///   - stat: The line.
    ///   - ticks: Ticks in a second.
    ///   - page: Bytes of a page.
    package init?(stat: String, ticks: Int, page: Int) {
        guard let bracket = stat.lastIndex(of: ")"), ticks > 0 else { return nil }
        let fields = stat[bracket...].split(separator: " ")
        // utime, stime and rss are fields 14, 15 and 24; the bracket ends field 2.
        guard fields.count > 22, let user = Int(fields[12]), let system = Int(fields[13]), let pages = Int(fields[22])
        else { return nil }
        self.time = (user + system) * (1_000_000_000 / ticks)
        self.residentBytes = pages * page
    }
}
