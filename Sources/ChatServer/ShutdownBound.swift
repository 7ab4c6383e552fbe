import Foundation
import Logging
import ServiceLifecycle

/// Limits the time of a shutdown, whatever hangs: Redis, a client that takes nothing, or a fault in the server.
///
/// By default, an orchestrator kills a process that has not ended 10 s after SIGTERM.
struct ShutdownBound: Service {
    /// The time for an orderly end.
    ///
    /// After that everything is cancelled: requests that wait for Redis fail.
    static let patience = Duration.seconds(8)
    /// The time for the whole shutdown.
    private static let limit: TimeInterval = 9.5

    let logger: Logger

    /// It is the last of the services, so the first one that a shutdown reaches.
    func run() async throws {
        let logger = self.logger
        // When it is cancelled because another service failed, it has nothing to do.
        guard (try? await gracefulShutdown()) != nil else { return }
        // This thread has no owner: it still runs when the owners do not end.
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: Self.limit)
            logger.error("the shutdown does not come to an end; the process ends without it")
            exit(0)
        }
    }
}
