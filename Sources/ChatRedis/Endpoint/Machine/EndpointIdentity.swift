/// Which Redis the connections of an endpoint lead to, as it has said on each of them.
///
/// A name or an address may lead to another server from one connection to the next, and a primary may have been a
/// replica in between: what is stored must not go to one server while what is published is heard from another.
struct EndpointIdentity {
    private var introductions: [RedisChannelHandler.Role: RedisIntroduction] = [:]
    /// The run of Redis that commands went to last; nil: none did.
    private var lastRun: String?

    /// A connection has come to stand.
    ///
    /// - Returns: The connections that lead to another process: they stayed where Redis was before.
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

    /// The run that the data are in, as a connection was told; empty: it was not.
    func run(on role: RedisChannelHandler.Role) -> String { self.introductions[role]?.run ?? "" }

    /// Redis has said which run its data are in; tells whether that is another one than when the connection came to
    /// stand.
    func isAnother(_ run: String) -> Bool { self.introductions[.commands].map { $0.run != run } ?? false }

    /// Commands go over a new connection from now on.
    ///
    /// - Returns: Whether Redis may have lost some of what it was told: its data are of another run, or it does not
    ///   tell.
    mutating func begin() -> Bool {
        let run = self.run(on: .commands)
        defer { self.lastRun = run }
        return self.lastRun.map { $0 != run || run.isEmpty } ?? false
    }
}
