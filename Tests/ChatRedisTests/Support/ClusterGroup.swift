import ChatCore
import TestSupport

@testable import ChatRedis

/// The servers of a Redis Cluster of a test's own.
struct ClusterGroup {
    /// Each with a third of the slots at the start.
    let primaries: [RedisServerProcess]
    /// One of each primary, in the same order, or none.
    let replicas: [RedisServerProcess]
    /// The port at which each primary speaks TLS, beside that of the operator; empty where none does.
    private let securePorts: [Int]

    /// The address for a node: all primaries.
    var url: String {
        guard self.securePorts.isEmpty else {
            return "rediss-cluster://" + self.securePorts.map { "127.0.0.1:\($0)" }.joined(separator: ",")
        }
        return "redis-cluster://" + self.primaries.map { "127.0.0.1:\($0.port)" }.joined(separator: ",")
    }

    private var servers: [RedisServerProcess] { self.primaries + self.replicas }

    /// Starts three primaries for as long as the body runs.
    ///
    /// - Parameters:
    ///   - hasReplicas: Whether each has a replica.
    ///   - hasSpare: Whether there is a fourth primary that has no slot.
    ///   - timeout: The milliseconds after which a server that is silent counts as gone; long, so that a busy machine
    ///     makes none go.
    ///   - tls: The certificate of servers that announce ports for TLS, which have the addresses 127.0.0.1 and 127.0.0.2;
    ///     nil: they speak none.
    ///   - body: Works with them, once all know each other and serve all slots.
    /// - Throws: What the body throws.
    static func with(
        replicas hasReplicas: Bool = false,
        spare hasSpare: Bool = false,
        timeout: Int = 30_000,
        tls: RedisTLS? = nil,
        _ body: (ClusterGroup) async throws -> Void
    ) async throws {
        var servers: [RedisServerProcess] = []
        defer { for server in servers { server.cleanUp() } }
        var (busPorts, securePorts): ([Int], [Int]) = ([], [])
        let count = hasSpare ? 4 : 3
        for _ in 0..<(hasReplicas ? 2 * count : count) {
            let bus = try FreePort.find()
            var options: [String] = []
            if let tls {
                let port = try FreePort.find()
                securePorts.append(port)
                options = tls.options(port: port) + ["--tls-cluster", "yes", "--bind", "127.0.0.1", "127.0.0.2"]
            }
            let server = try RedisServerProcess(
                options + [
                    "--cluster-enabled", "yes", "--cluster-port", "\(bus)", "--cluster-node-timeout", "\(timeout)",
                    "--cluster-require-full-coverage", "no", "--repl-diskless-sync-delay", "0",
                    // Replicas stay where they are.
                    "--cluster-allow-replica-migration", "no",
                    // A replica that has waited long for its election may still have it.
                    "--cluster-replica-validity-factor", "0",
                ]
            )
            servers.append(server)
            busPorts.append(bus)
            try await server.start()
        }
        let group = ClusterGroup(
            primaries: Array(servers.prefix(count)),
            replicas: Array(servers.dropFirst(count)),
            securePorts: Array(securePorts.prefix(count))
        )
        for (index, server) in servers.enumerated() {
            try await server.operate("CLUSTER SET-CONFIG-EPOCH \(index + 1)")
            guard index > 0 else { continue }
            try await server.operate("CLUSTER MEET 127.0.0.1 \(servers[0].port) \(busPorts[0])")
        }
        for (index, ends) in [(0, 5460), (5461, 10922), (10923, 16383)].enumerated() {
            try await servers[index].operate("CLUSTER ADDSLOTSRANGE \(ends.0) \(ends.1)")
        }
        for server in servers {
            try await eventually { try await server.clusterInfo("cluster_known_nodes") == "\(servers.count)" }
        }
        for (replica, primary) in zip(group.replicas, group.primaries) {
            let id = try await primary.clusterID()
            try await eventually { (try? await replica.operate("CLUSTER REPLICATE \(id)")) != nil }
            try await replica.catchUp(with: primary)
        }
        for server in servers {
            try await eventually { try await server.clusterInfo("cluster_state") == "ok" }
            try await eventually { try await server.clusterInfo("cluster_slots_ok") == "16384" }
        }
        try await body(group)
    }

    /// The primary that has a room.
    func primary(of room: RoomName) async throws -> RedisServerProcess {
        for server in self.servers where try await server.owns(HashSlot(of: "{\(room.rawValue)}")) { return server }
        throw RedisServerProcess.Failure(description: "nobody has the room \(room)")
    }

    /// Moves a slot with its keys, as an operator does, while it is used.
    func move(_ slot: HashSlot, from source: RedisServerProcess, to target: RedisServerProcess) async throws {
        try await self.beginMoving(slot, from: source, to: target)
        try await self.finishMoving(slot, from: source, to: target)
    }

    /// Lets a slot be moved; its keys stay where they are.
    func beginMoving(_ slot: HashSlot, from source: RedisServerProcess, to target: RedisServerProcess) async throws {
        let (from, to) = (try await source.clusterID(), try await target.clusterID())
        try await target.operate("CLUSTER SETSLOT \(slot.number) IMPORTING \(from)")
        try await source.operate("CLUSTER SETSLOT \(slot.number) MIGRATING \(to)")
    }

    /// Moves the keys of a slot that is being moved, and the slot after them.
    func finishMoving(_ slot: HashSlot, from source: RedisServerProcess, to target: RedisServerProcess) async throws {
        // Servers that announce ports for TLS send keys to those.
        let index = self.primaries.firstIndex { $0 === target }
        let port = index.flatMap { self.securePorts.indices.contains($0) ? self.securePorts[$0] : nil } ?? target.port
        while true {
            let keys = try await source.reply(to: "CLUSTER GETKEYSINSLOT \(slot.number) 10").array ?? []
            guard !keys.isEmpty else { break }
            for key in keys.compactMap(\.string) {
                try await source.operate(["MIGRATE", "127.0.0.1", "\(port)", key, "0", "60000"])
            }
        }
        let owner = try await target.clusterID()
        for server in [target, source] { try await server.operate("CLUSTER SETSLOT \(slot.number) NODE \(owner)") }
    }
}

extension RedisServerProcess {
    func clusterID() async throws -> String { try await self.reply(to: "CLUSTER MYID").string ?? "" }

    /// One field of what a server says of its Cluster.
    func clusterInfo(_ field: String) async throws -> String? {
        let info = try await self.reply(to: "CLUSTER INFO").string ?? ""
        let line = info.split(whereSeparator: \.isNewline).first { $0.hasPrefix(field + ":") }
        return line.map { String($0.dropFirst(field.count + 1)) }
    }

    /// Whether it has a slot, by what it says itself.
    func owns(_ slot: HashSlot) async throws -> Bool {
        guard let replies = try? await self.clusterReplies(), let answer = ClusterAnswer(replies, from: self.address)
        else { return false }
        return answer.ranges.contains { $0.isOwn && $0.slots.contains(slot.number) }
    }

    var address: RedisURL.Address { .host("127.0.0.1", port: self.port) }

    private func clusterReplies() async throws -> [RedisReply] {
        var replies: [RedisReply] = []
        for command in ["CLUSTER MYID", "CLUSTER INFO", "CLUSTER SLOTS"] {
            replies.append(try await self.reply(to: command))
        }
        return replies
    }
}
