import Foundation
import Logging
import ServiceLifecycle

/// Bounds the shutdown, whatever hangs: Redis, a client that takes nothing, or a fault of the server's own.
///
/// An orchestrator kills what has not ended 10 s after SIGTERM, by default.
struct ShutdownBound: Service {
    /// How long everything may end in peace.
    ///
    /// After that it is cancelled: what waits for Redis fails.
    static let patience = Duration.seconds(8)
    /// How long the whole may take.
    private static let limit: TimeInterval = 9.5

    let logger: Logger

    /// It is the last of the services, and so the first that is told of a shutdown.
    func run() async throws {
        let logger = self.logger
        // Cancelled, since another service has failed, it has nothing to bound.
        guard (try? await gracefulShutdown()) != nil else { return }
        // Nobody owns this one: it is what is left when those who should end it do not end.
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: Self.limit)
            logger.error("the shutdown does not come to an end; the process ends without it")
            exit(0)
        }
    }
}
