package import ChatClient
package import ChatCore

/// The plan of a run of `chat-cli verify`.
package struct VerifyPlan: Sendable {
    /// The nodes, each with how to connect to it.
    package var servers: [ChatClient.Configuration]
    package var clients: Int
    /// The rooms, of this run alone.
    package var rooms: [RoomName]
    /// The prefix of this run's keys, which no other run uses.
    package var keyPrefix: String
    package var duration: Duration
    /// The longest time for the end.
    package var settling: Duration
    /// Messages of each client in a second.
    package var rate: Double
    /// The same seed gives the same choices; the timing also depends on the machine and the server.
    package var seed: UInt64

    package init(
        servers: [ChatClient.Configuration],
        clients: Int,
        rooms: [RoomName],
        keyPrefix: String,
        duration: Duration,
        settling: Duration,
        rate: Double,
        seed: UInt64
    ) {
        self.servers = servers
        self.clients = clients
        self.rooms = rooms
        self.keyPrefix = keyPrefix
        self.duration = duration
        self.settling = settling
        self.rate = rate
        self.seed = seed
    }

    /// The number of times in a second that a client leaves, joins, breaks its connection or goes to another node.
    package static let troubles = 0.4
}

/// The next step of a client.
package enum VerifyStep: Equatable, Sendable {
    case send(RoomName)
    case join(RoomName, JoinStart)
    case leave(RoomName)
    /// Break the connection, and come back to the same node.
    case interrupt
    /// Come back to another node, by its index.
    case move(Int)
}

extension VerifyPlan {
    /// Draws what a client does next.
    ///
    /// - Parameters:
    ///   - joined: The rooms that the client is in; it stays in at least one of them.
    ///   - server: The index of its node.
    ///   - generator: The source of randomness.
    /// - Returns: The step.
    package func step(
        joined: [RoomName],
        server: Int,
        using generator: inout some RandomNumberGenerator
    ) -> VerifyStep {
        let trouble = self.rate > 0 ? Self.troubles / (self.rate + Self.troubles) : 1
        let others = self.rooms.filter { !joined.contains($0) }
        guard let room = joined.randomElement(using: &generator) else { return .interrupt }
        guard Double.random(in: 0..<1, using: &generator) < trouble else { return .send(room) }
        switch Int.random(in: 0..<4, using: &generator) {
        case 0 where joined.count > 1: return .leave(room)
        case 0, 1:
            guard let room = others.randomElement(using: &generator) else { return .interrupt }
            let count = Int.random(in: 0...50, using: &generator)
            return .join(room, count == 0 ? .live : .last(count))
        case 2 where self.servers.count > 1:
            return .move((server + Int.random(in: 1..<self.servers.count, using: &generator)) % self.servers.count)
        default: return .interrupt
        }
    }

    /// Draws how long a client waits before its next step.
    package func pause(using generator: inout some RandomNumberGenerator) -> Duration {
        let mean = 1 / (self.rate + Self.troubles)
        return .milliseconds(Int(mean * 2000 * Double.random(in: 0..<1, using: &generator)))
    }
}
