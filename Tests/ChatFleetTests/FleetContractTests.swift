import BrokerContract
import ChatCore
import TestSupport
import Testing

@testable import ChatFleet

/// Several servers together keep what every broker promises.
@Suite(.patience) struct FleetContractTests {
    @Test(arguments: BrokerClause.all)
    func `brokers in memory keep the promises together`(clause: BrokerClause) async throws {
        try await with(memoryFleet()) { try await clause.check($0) }
    }

    /// The clauses use rooms of their own, so that one fleet is enough; in memory, all sizes are tried.
    @Test func `three Redis servers keep the promises together`() async throws {
        try await RedisServerProcess.with(3) { servers in
            try await with(redisFleet(["a": servers[0], "b": servers[1], "c": servers[2]])) { fleet in
                await withTaskGroup { group in
                    for clause in BrokerClause.all where !clause.isOfSize {
                        group.addTask {
                            do { try await clause.check(fleet) } catch {
                                Issue.record(error, "\(clause.testDescription)")
                            }
                        }
                    }
                }
            }
        }
    }
}
