import BrokerContract
import ChatCore
import Foundation
import Testing

@testable import ChatMemory

/// The embedded broker keeps what every broker promises.
@Suite(.patience) struct MemoryBrokerContractTests {
    private let broker = MemoryBroker(limits: BrokerClause.limits.log) {
        Int(Date().timeIntervalSince1970 * 1000)
    }

    @Test(arguments: BrokerClause.all)
    func `the embedded broker keeps its promise`(clause: BrokerClause) async throws {
        try await clause.check(self.broker)
    }
}
