import Foundation

/// The number of connections that a node can hold with its descriptors.
struct DescriptorBudget: Equatable, Sendable {
    /// The most connections that are served.
    let connections: Int
    /// The number of further connections that get a refusal.
    let reserve: Int

    /// Divides descriptors.
    ///
    /// The rest is for everything else: the page's files, Redis, the log, and three for each event loop.
    ///
    /// - Parameters:
    ///   - descriptors: The number that the process may open.
    ///   - threads: The number of event loops.
    ///   - kept: The number that other listeners need.
    init(descriptors: Int, threads: Int, kept: Int = 0) {
        let (others, _) = threads.multipliedReportingOverflow(by: 4)
        let free = max(2, descriptors - 24 - kept - others)
        self.reserve = min(max(free / 16, 1), 256)
        self.connections = free - self.reserve
    }

    /// Raises the limit of descriptors as far as the system allows, and returns it.
    ///
    /// Shells start programs with a low limit, because some programs still use `select`.
    static func raiseDescriptorLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        // One process has no use for more than a million, and some systems say "infinite".
        let wanted = min(limit.rlim_max, 1 << 20)
        if limit.rlim_cur < wanted {
            var raised = rlimit(rlim_cur: wanted, rlim_max: limit.rlim_max)
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { limit = raised }
        }
        return Int(min(limit.rlim_cur, 1 << 20))
    }
}
