import BrokerContract
import ChatCore
import TestSupport
import Testing

@testable import ChatRedis

@Suite("RedisBroker keeps the promises of Broker", .patience)
struct RedisContractTests {
    @Test(arguments: BrokerClause.all)
    func `one node keeps them`(clause: BrokerClause) async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { try await clause.check($0) }
        }
    }
}
