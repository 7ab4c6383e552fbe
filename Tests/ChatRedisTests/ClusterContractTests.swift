import BrokerContract
import ChatCore
import TestSupport
import Testing

@testable import ChatRedis

@Suite("RedisBroker keeps the promises of Broker on a Cluster", .patience)
struct ClusterContractTests {
    /// A cluster needs seconds until it serves, so all clauses share one, and each has a prefix of its own.
    @Test func `one node keeps them`() async throws {
        try await ClusterGroup.with { group in
            let url = try RedisURL(group.url)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                var rest = BrokerClause.all.enumerated().makeIterator()
                func next() {
                    guard let (number, clause) = rest.next() else { return }
                    tasks.addTask {
                        let configure = { (configuration: inout RedisConfiguration) in
                            configuration.url = url
                            configuration.keyPrefix = "chat\(number):"
                        }
                        try await withBroker(group.primaries[0], configure: configure) { try await clause.check($0) }
                    }
                }
                for _ in 0..<8 { next() }
                while try await tasks.next() != nil { next() }
            }
        }
    }
}
