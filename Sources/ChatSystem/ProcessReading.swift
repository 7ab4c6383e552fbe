internal import Glibc

/// What the system says of this process at a moment, for operators.
package struct ProcessReading: Equatable, Sendable {
    /// Processor time in user and system mode, in microseconds.
    package var processorMicroseconds = 0
    /// Memory that is in RAM, in bytes.
    package var residentBytes = 0
    /// Address space, in bytes.
    package var virtualBytes = 0
    /// File descriptors that are open.
    package var descriptors = 0
    /// The most file descriptors that may be open; nil: as many as it wants.
    package var maximumDescriptors: Int?

    package init() {}

    /// Reads the numbers of now; what cannot be read is 0.
    package static func now() -> ProcessReading {
        var reading = ProcessReading()
        var usage = rusage()
        if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            reading.processorMicroseconds = Self.microseconds(usage.ru_utime) + Self.microseconds(usage.ru_stime)
        }
        if let line = SystemFile.firstLine(of: "/proc/self/statm") {
            reading.readMemory(line, page: sysconf(Int32(_SC_PAGESIZE)))
        }
        reading.descriptors = Self.openDescriptors()
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur != .max {
            reading.maximumDescriptors = Int(clamping: limit.rlim_cur)
        }
        return reading
    }

    /// When the process started, in milliseconds since the Unix epoch; nil when the system does not say it.
    ///
    /// It is computed from the time since the system's start, so a clock that is set later changes it: read it once.
    package static func startTime() -> Int? {
        guard let line = SystemFile.firstLine(of: "/proc/self/stat"),
            let ticks = Self.startTicks(stat: line)
        else { return nil }
        let ticksPerSecond = sysconf(Int32(_SC_CLK_TCK))
        var sinceBoot = timespec()
        guard ticksPerSecond > 0, clock_gettime(CLOCK_BOOTTIME, &sinceBoot) == 0 else { return nil }
        let uptime = sinceBoot.tv_sec * 1000 + sinceBoot.tv_nsec / 1_000_000
        let (seconds, rest) = ticks.quotientAndRemainder(dividingBy: ticksPerSecond)
        return WallClock.now() - uptime + seconds * 1000 + rest * 1000 / ticksPerSecond
    }

    /// Reads `/proc/<pid>/statm` (proc(5)): address space and memory in pages.
    package mutating func readMemory(_ statm: String, page: Int) {
        let fields = statm.split(separator: " ")
        guard fields.count >= 2, let size = Int(fields[0]), let resident = Int(fields[1]) else { return }
        self.virtualBytes = size.multipliedReportingOverflow(by: page).partialValue
        self.residentBytes = resident.multipliedReportingOverflow(by: page).partialValue
    }

    /// Reads from `/proc/<pid>/stat` (proc(5)) when the process started, in ticks after the system; the name in brackets
    /// may contain anything, even brackets.
    package static func startTicks(stat: String) -> Int? {
        guard let bracket = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[bracket...].split(separator: " ")
        // It is field 22, and the bracket ends field 2.
        return fields.count > 20 ? Int(fields[20]) : nil
    }

    private static func microseconds(_ time: timeval) -> Int { time.tv_sec * 1_000_000 + Int(time.tv_usec) }

    /// The kernel counts them since Linux 6.2, as the size of the folder that lists them; before that they are counted
    /// here, one by one.
    private static func openDescriptors() -> Int {
        var status = stat()
        if stat("/proc/self/fd", &status) == 0, status.st_size > 0 { return Int(status.st_size) }
        guard let folder = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(folder) }
        // The folder itself, and the two names that every folder has, are no descriptors of the process.
        var count = -3
        while readdir(folder) != nil { count += 1 }
        return max(0, count)
    }
}
