import BrokerContract
import ChatCore
import Logging
import NIOCore
import NIOPosix
import TestSupport

@testable import ChatRedis

/// Runs a broker for as long as the body runs.
///
/// It waits for Redis as long as a busy machine may need, and longer; a test that is about the waiting says how long.
///
/// - Parameters:
///   - server: The Redis to use.
///   - log: Where it logs; nowhere, if it is nil.
///   - configure: Changes the configuration.
///   - body: Works with the broker.
/// - Throws: What the body throws.
func withBroker(
    _ server: RedisServerProcess,
    log: RecordedLog? = nil,
    configure: (inout RedisConfiguration) -> Void = { _ in },
    _ body: (RedisBroker) async throws -> Void
) async throws {
    var configuration = RedisConfiguration(url: try RedisURL(server.url))
    configuration.limits = BrokerClause.limits
    // A bound for what never comes, which a busy machine with a sanitizer does not outlast.
    configuration.patience = .seconds(240)
    configuration.connectTimeout = .seconds(20)
    configuration.liveness.answerTimeout = .seconds(20)
    configuration.replicaTimeout = .seconds(240)
    configuration.lease = .seconds(3600)
    configure(&configuration)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    if let log { logger = log.logger }
    let broker = try RedisBroker(
        configuration: configuration,
        eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
        logger: logger
    )
    let running = Task { try await broker.run() }
    let failure: (any Error)?
    do {
        try await body(broker)
        failure = nil
    } catch {
        failure = error
    }
    running.cancel()
    try await running.value
    if let failure { throw failure }
}

extension RedisBroker {
    /// Sends a command of an operator.
    @discardableResult
    func command(_ arguments: String...) async throws -> RedisReply { try await self.command(arguments) }

    @discardableResult
    func command(_ arguments: [String]) async throws -> RedisReply {
        var command = RedisCommand()
        for argument in arguments { command.append(argument) }
        return try await self.perform(RedisRequest(keyless: command))
    }

    func perform(_ request: RedisRequest) async throws -> RedisReply {
        try await self.router.perform(request)
    }

    /// Makes it remember that a lease was renewed last at a certain time, in milliseconds by Redis' clock.
    func hasNotRenewed(_ holder: HolderID, since time: Int) { _ = self.leases.renewed(holder, count: 1, time: time) }

    /// Reads the leases of all holders, whatever time it is.
    func look(isRegular: Bool) async { await self.sweeper.look(isRegular: isRegular) }

    /// When all rooms were looked at out of turn.
    var lookedAtAll: NIODeadline? { self.watch.lookedAtAll }

    /// Whether nodes of the first layout are there, as far as Redis was asked.
    var legacyNodes: LegacyNodes { self.router.legacyNodes }

    /// Whether a room's holders were compared with the table of leases, or will be when that is read next.
    func hasComparedHolders(of room: RoomName) -> Bool { self.rooms.followedRoom(room)?.upkeptAt != nil }
}
