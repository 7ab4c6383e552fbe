internal import Glibc

/// What a crash of the program leaves behind.
package enum CoreDumps {
    /// Lets a crash leave nothing of what was in memory: keys, passwords, tokens and people's texts are there.
    ///
    /// The limit of the size is for dumps that the system writes to a file. A program that takes dumps from the system is
    /// not bound by it (core(5)), and gets a dump without memory by the filter.
    package static func forbid() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        let filter = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC)
        // Not every system has it.
        guard filter >= 0 else { return }
        _ = write(filter, "0", 1)
        close(filter)
    }
}
