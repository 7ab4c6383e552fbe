import TestSupport

@testable import ChatRedis

/// A primary, a replica of it, and three sentinels that watch them.
struct SentinelGroup {
    static let name = "chat"

    let primary: RedisServerProcess
    let replica: RedisServerProcess
    let sentinels: [RedisServerProcess]

    /// The address for a node.
    var url: String {
        "redis-sentinel://" + self.sentinels.map { "127.0.0.1:\($0.port)" }.joined(separator: ",") + "/\(Self.name)"
    }

    /// Starts them for as long as the body runs.
    ///
    /// - Parameters:
    ///   - password: The password of the sentinels; nil: they need none.
    ///   - body: Works with them, once all sentinels know each other and the replica.
    /// - Throws: What the body throws.
    static func with(password: String? = nil, _ body: (SentinelGroup) async throws -> Void) async throws {
        // A primary waits for more replicas to come before it sends its data to the first, unless it is told not to.
        let prompt = ["--repl-diskless-sync-delay", "0"]
        try await RedisServerProcess.with(prompt) { primary in
            try await RedisServerProcess.with(prompt + ["--replicaof", "127.0.0.1", "\(primary.port)"]) { replica in
                try await replica.catchUp(with: primary)
                var sentinels: [RedisServerProcess] = []
                defer { for sentinel in sentinels { sentinel.cleanUp() } }
                for _ in 0..<3 {
                    let sentinel = try await RedisServerProcess(.sentinel(Self.watching(primary, password)))
                    sentinels.append(sentinel)
                    try await sentinel.start()
                }
                let group = SentinelGroup(primary: primary, replica: replica, sentinels: sentinels)
                try await group.isComplete(password)
                try await body(group)
            }
        }
    }

    private static func watching(_ primary: RedisServerProcess, _ password: String?) -> [String] {
        let lines = [
            "sentinel monitor \(self.name) 127.0.0.1 \(primary.port) 2",
            "sentinel down-after-milliseconds \(self.name) 1000",
            "sentinel failover-timeout \(self.name) 10000",
        ]
        return lines + (password.map { ["requirepass \($0)"] } ?? [])
    }

    /// Waits until each sentinel knows the replica and the two others: before that no failover may succeed.
    private func isComplete(_ password: String?) async throws {
        for sentinel in self.sentinels {
            try await eventually {
                let known = try await sentinel.fields("SENTINEL MASTER \(Self.name)", password: password)
                return known["num-slaves"] == "1" && known["num-other-sentinels"] == "2"
            }
        }
    }

    /// Lets the replica become the primary, as an operator does; the former primary becomes its replica.
    func failOver() async throws {
        try await self.sentinels[0].operate("SENTINEL FAILOVER \(Self.name)")
        try await eventually { await self.role(of: self.replica) == "master" }
        try await eventually { await self.role(of: self.primary) == "slave" }
    }

    /// Nil when the server gives no answer: a sentinel that gives it a role ends its connections.
    private func role(of server: RedisServerProcess) async -> String? {
        try? await server.reply(to: "ROLE").array?.first?.string
    }
}
