package import ChatCore
import ChatNode
import Logging
import ServiceLifecycle

/// Runs a chat in this process, on a free port, for as long as the body takes.
///
/// - Parameters:
///   - broker: What stores its messages; nil: the broker in memory.
///   - body: Gets the port. When it returns, the node says goodbye to its clients and ends.
/// - Returns: The result of the body.
/// - Throws: What the node or the body throws.
package func withChat<Result: Sendable>(
    broker: (any Broker)? = nil,
    _ body: (_ port: Int) async throws -> Result
) async throws -> Result {
    var configuration = NodeConfiguration()
    configuration.port = 0
    let logger = Logger(label: "chat")
    let (ports, listening) = AsyncStream<Int>.makeStream()
    let node = try Node(configuration, logger: logger, broker: broker) { listening.yield($0) }
    let services = ServiceGroup(configuration: .init(services: [.init(service: node)], logger: logger))
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            // A node that cannot listen has no port, and nobody waits for one.
            defer { listening.finish() }
            try await services.run()
        }
        guard let port = await ports.first(where: { _ in true }) else {
            try await group.waitForAll()
            throw CancellationError()
        }
        let result = try await body(port)
        await services.triggerGracefulShutdown()
        try await group.waitForAll()
        return result
    }
}
