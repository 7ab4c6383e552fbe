import TestSupport

@testable import ChatRedis

/// A primary, a replica of it, and three sentinels that watch them.
struct SentinelGroup {
    static let name = "chat"

    let primary: RedisServerProcess
    let replica: RedisServerProcess
    let sentinels: [RedisServerProcess]
    /// The ports at which the sentinels speak TLS, beside those of the operator; empty where none does.
    private let securePorts: [Int]

    /// The address for a node.
    var url: String {
        let ports = self.securePorts.isEmpty ? self.sentinels.map(\.port) : self.securePorts
        let scheme = self.securePorts.isEmpty ? "redis-sentinel" : "rediss-sentinel"
        return "\(scheme)://" + ports.map { "127.0.0.1:\($0)" }.joined(separator: ",") + "/\(Self.name)"
    }

    /// Starts them for as long as the body runs.
    ///
    /// - Parameters:
    ///   - password: The password of the sentinels; nil: they need none.
    ///   - tls: The certificate of all, who then speak TLS with each other too; nil: they speak none.
    ///   - downAfter: The milliseconds after which a server that is silent counts as gone; long, so that a busy machine
    ///     makes none go.
    ///   - body: Works with them, once all sentinels know each other and the replica.
    /// - Throws: What the body throws.
    static func with(
        password: String? = nil,
        tls: RedisTLS? = nil,
        downAfter: Int = 60_000,
        _ body: (SentinelGroup) async throws -> Void
    ) async throws {
        // A primary waits for more replicas to come before it sends its data to the first, unless it is told not to.
        let prompt = ["--repl-diskless-sync-delay", "0"]
        let first = try await Self.security(tls)
        try await RedisServerProcess.with(prompt + first.options) { primary in
            let port = first.port ?? primary.port
            let second = try await Self.security(tls)
            let options = prompt + second.options + ["--replicaof", "127.0.0.1", "\(port)"]
            try await RedisServerProcess.with(options) { replica in
                try await replica.catchUp(with: primary)
                var sentinels: [RedisServerProcess] = []
                var securePorts: [Int] = []
                defer { for sentinel in sentinels { sentinel.cleanUp() } }
                for _ in 0..<3 {
                    let security = try await Self.security(tls)
                    let watching = Self.watching(port, password, downAfter)
                    let lines = watching + security.settings.map { "\($0.name) \($0.value)" }
                    let sentinel = try RedisServerProcess(.sentinel(lines))
                    sentinels.append(sentinel)
                    if let port = security.port { securePorts.append(port) }
                    try await sentinel.start()
                }
                let group = SentinelGroup(
                    primary: primary,
                    replica: replica,
                    sentinels: sentinels,
                    securePorts: securePorts
                )
                try await group.isComplete(password)
                try await body(group)
            }
        }
    }

    /// What lets one of them speak TLS, with the others too, at a port of its own.
    private struct Security {
        var port: Int?
        var settings: [(name: String, value: String)] = []

        var options: [String] { self.settings.flatMap { ["--\($0.name)", $0.value] } }
    }

    private static func security(_ tls: RedisTLS?) async throws -> Security {
        guard let tls else { return Security() }
        let port = try FreePort.find()
        return Security(port: port, settings: tls.settings(port: port) + [("tls-replication", "yes")])
    }

    private static func watching(_ port: Int, _ password: String?, _ downAfter: Int) -> [String] {
        let lines = [
            "sentinel monitor \(self.name) 127.0.0.1 \(port) 2",
            "sentinel down-after-milliseconds \(self.name) \(downAfter)",
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
        try await eventually {
            if await self.role(of: self.replica) == "master" { return true }
            // It is refused while a sentinel has not heard of the replica for a moment, or is about it already.
            _ = try? await self.sentinels[0].operate("SENTINEL FAILOVER \(Self.name)")
            return false
        }
        try await eventually { await self.role(of: self.primary) == "slave" }
    }

    /// Nil when the server gives no answer: a sentinel that gives it a role ends its connections.
    private func role(of server: RedisServerProcess) async -> String? {
        try? await server.reply(to: "ROLE").array?.first?.string
    }
}
