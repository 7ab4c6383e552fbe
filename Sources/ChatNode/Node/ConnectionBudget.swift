import Foundation

/// How many connections a node can hold with the descriptors that the system gives it.
struct ConnectionBudget: Equatable, Sendable {
    /// The most connections that are served.
    let connections: Int
    /// How many more are told that there is no place for them.
    let reserve: Int

    /// Divides descriptors.
    ///
    /// What is left over is for everything else: the page's files, Redis, the log, and three for each event loop.
    ///
    /// - Parameters:
    ///   - descriptors: How many the process may open.
    ///   - threads: How many event loops there are.
    init(descriptors: Int, threads: Int) {
        let (others, _) = threads.multipliedReportingOverflow(by: 4)
        let free = max(2, descriptors - 24 - others)
        self.reserve = min(max(free / 16, 1), 256)
        self.connections = free - self.reserve
    }

    /// Raises the limit of descriptors as far as the system lets the process, and says where it stands.
    ///
    /// Shells start programs with a low one for the sake of those that still use `select`.
    static func raiseDescriptorLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        // More than a million are of no use to one process, and some systems say "infinite".
        let wanted = min(limit.rlim_max, 1 << 20)
        if limit.rlim_cur < wanted {
            var raised = rlimit(rlim_cur: wanted, rlim_max: limit.rlim_max)
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { limit = raised }
        }
        return Int(min(limit.rlim_cur, 1 << 20))
    }
}
