internal import Glibc

/// The number of files and sockets that the process may have open.
package enum DescriptorLimit {
    /// The number that the program needs besides its connections.
    private static let reserve = 64

    /// Raises the soft limit as far as the connections need.
    ///
    /// - Throws: ``TooFewDescriptors`` when the hard limit is too low.
    package static func raise(for connections: Int) throws(TooFewDescriptors) {
        let needed = rlim_t(connections + Self.reserve)
        var limit = rlimit()
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(files, &limit) == 0, limit.rlim_cur < needed else { return }
        guard limit.rlim_max >= needed else {
            throw TooFewDescriptors(connections: connections, limit: Int(clamping: limit.rlim_max))
        }
        limit.rlim_cur = needed
        setrlimit(files, &limit)
    }
}

/// The system allows fewer open files than some connections need.
package struct TooFewDescriptors: Error, Equatable {
    package let connections: Int
    /// The hard limit.
    package let limit: Int
}
