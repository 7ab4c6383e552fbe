internal import Glibc

/// How many files and sockets the process may have open.
enum DescriptorLimit {
    /// What the program needs beside its connections.
    private static let reserve = 64

    /// Raises the soft limit as far as the connections need.
    ///
    /// - Throws: ``Fault`` when the hard limit is too low.
    static func raise(for connections: Int) throws {
        let needed = rlim_t(connections + Self.reserve)
        var limit = rlimit()
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(files, &limit) == 0, limit.rlim_cur < needed else { return }
        guard limit.rlim_max >= needed else {
            throw Fault(
                Sentence(
                    "{count} connections need more open files than the {limit} allowed here (ulimit -Hn)",
                    ["count": "\(connections)", "limit": "\(limit.rlim_max)"]
                ).text()
            )
        }
        limit.rlim_cur = needed
        setrlimit(files, &limit)
    }
}

/// What the locale of the environment can show.
enum LocaleCharacters {
    /// Whether text may have characters beyond ASCII.
    static var isUTF8: Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { Environment[$0] }.first { !$0.isEmpty } ?? ""
        let upper = locale.uppercased()
        return upper.contains("UTF-8") || upper.contains("UTF8")
    }
}
