/// The identity of the Redis at the other end of each connection, as the server reported it there.
///
/// A name or an address may lead to another server from one connection to the next, and a primary may have been a
/// replica in between. Messages must not be stored on one server while publications come from another.
struct EndpointIdentity {
    private var introductions: [RedisChannelHandler.Role: RedisIntroduction] = [:]
    /// The run of Redis that last got commands; nil: none did.
    private var lastRun: String?

    /// A connection was established.
    ///
    /// - Returns: The connections that lead to another process: they still go to the earlier server.
    mutating func introduced(
        _ introduction: RedisIntroduction,
        on role: RedisChannelHandler.Role
    )
        -> [RedisChannelHandler.Role]
    {
        self.introductions[role] = introduction
        let strays = self.introductions.filter { $0.key != role && $0.value.process != introduction.process }.map(\.key)
        for stray in strays { self.introductions[stray] = nil }
        return strays
    }

    /// A connection is lost.
    mutating func lost(_ role: RedisChannelHandler.Role) { self.introductions[role] = nil }

    /// The run of the data, as a connection was told; empty: it was not told.
    func run(on role: RedisChannelHandler.Role) -> String { self.introductions[role]?.run ?? "" }

    /// Redis has named the run of its data; returns whether it is a different one than when the connection was
    /// established.
    func isAnother(_ run: String) -> Bool { self.introductions[.commands].map { $0.run != run } ?? false }

    /// Commands go over a new connection from now on.
    ///
    /// - Returns: Whether Redis may have lost some data: they belong to another run, or it does not name the run.
    mutating func begin() -> Bool {
        let run = self.run(on: .commands)
        defer { self.lastRun = run }
        return self.lastRun.map { $0 != run || run.isEmpty } ?? false
    }
}
