import Foundation
import Logging
import ServiceLifecycle

/// Limits the time of a shutdown, whatever hangs: Redis, a client that takes nothing, or a fault in the server.
///
/// By default, Docker kills a process that has not ended 10 s after SIGTERM, and Kubernetes after 30 s.
struct ShutdownBound: Service {
    /// The time for which the node goes on before it begins to end.
    let drainDelay: Duration
    let logger: Logger

    /// The time for an orderly end.
    ///
    /// After that everything is cancelled: requests that wait for Redis fail. Clients come back in a window that may be
    /// longer; the node need not be there for it.
    var patience: Duration { self.drainDelay + .seconds(8) }
    /// The time for the whole shutdown.
    private var limit: Duration { self.drainDelay + .milliseconds(9500) }

    /// It is the last of the services, so the first one that a shutdown reaches.
    func run() async throws {
        let (limit, logger) = (TimeInterval(self.limit / .seconds(1)), self.logger)
        // When it is cancelled because another service failed, it has nothing to do.
        guard (try? await gracefulShutdown()) != nil else { return }
        // This thread has no owner: it still runs when the owners do not end.
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: limit)
            logger.error("the shutdown does not come to an end; the process ends without it")
            exit(0)
        }
    }
}
