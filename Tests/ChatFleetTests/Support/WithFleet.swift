import BrokerContract
import ChatCore
import ChatFleet
import ChatMemory
import ChatNode
import ChatRedis
import Foundation
import Logging
import NIOCore
import NIOPosix
import TestSupport

/// A list that holds from the beginning, for brokers that cannot keep one.
final class HeldRoll: ServerRoll {
    private let servers: [String]

    init(_ servers: [String]) { self.servers = servers }

    func roll() async throws(BrokerError) -> RollState { RollState(newest: self.servers, held: self.servers) }
    func raise() async throws(BrokerError) -> RollState { try await self.roll() }
    func follow(_ list: [String]) async throws(BrokerError) -> RollState { try await self.roll() }
    func left(_ server: String, by list: [String]) async throws(BrokerError) -> RollState { try await self.roll() }
    func settle() async throws(BrokerError) -> RollState { try await self.roll() }
    func watch(_ changed: @escaping @Sendable () -> Void) {}
}

/// Runs a fleet for as long as the body runs, which begins when it can serve rooms.
func with(_ fleet: Fleet, waits: Bool = true, _ body: (Fleet) async throws -> Void) async throws {
    let running = Task { try await fleet.run() }
    let failure: (any Error)?
    do {
        if waits { try await eventually { (try? await fleet.probe()) != nil } }
        try await body(fleet)
        failure = nil
    } catch {
        failure = error
    }
    running.cancel()
    try? await running.value
    if let failure { throw failure }
}

/// A fleet of so many brokers in memory.
func memoryFleet(_ names: [String] = ["a", "b", "c"]) -> Fleet {
    Fleet(
        names.map { name in
            let broker = MemoryBroker(limits: BrokerClause.limits.log) { Int(Date().timeIntervalSince1970 * 1000) }
            return Fleet.Server(name: name, broker: broker, roll: HeldRoll(names.sorted()))
        },
        logger: .silent
    )
}

/// The fleet of a node that knows these servers by their names.
func redisFleet(
    _ servers: KeyValuePairs<String, RedisServerProcess>,
    patience: Duration = .seconds(240)
) throws -> Fleet {
    let names = servers.map(\.key)
    return Fleet(
        try servers.map { name, process in
            let list = RedisServerList(name, among: names)
            return Fleet.Server(name: name, redis: try redisBroker(process, list: list, patience: patience))
        },
        logger: .silent
    )
}

/// A broker of one Redis, which waits as long as a busy machine may need.
func redisBroker(
    _ process: RedisServerProcess,
    list: RedisServerList? = nil,
    patience: Duration = .seconds(240)
) throws -> RedisBroker {
    var configuration = RedisConfiguration(url: try RedisURL(process.url))
    configuration.limits = BrokerClause.limits
    configuration.patience = patience
    configuration.connectTimeout = .seconds(20)
    configuration.liveness.answerTimeout = .seconds(20)
    configuration.lease = .seconds(3600)
    configuration.list = list
    return try RedisBroker(
        configuration: configuration,
        eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
        logger: .silent
    )
}

extension RedisServerProcess {
    /// Starts several servers for as long as the body runs.
    static func with(_ count: Int, _ body: ([RedisServerProcess]) async throws -> Void) async throws {
        guard count > 0 else { return try await body([]) }
        try await Self.with { first in try await Self.with(count - 1) { try await body([first] + $0) } }
    }
}

extension Logger {
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
