internal import Dispatch
internal import NIOPosix

/// A separate thread for an actor whose calls may block, such as `fsync`.
///
/// The threads of Swift's pool are as many as the machine has cores, and every task of the program shares them. A call
/// that waits for a disk would take one of them from all the others. An actor with this executor blocks only itself.
final class BlockingThread: SerialExecutor {
    /// One thread takes its jobs in the order in which they came: an executor must promise this to an actor.
    private let pool = NIOThreadPool(numberOfThreads: 1)

    init() { self.pool.start() }

    /// The thread ends by itself; nobody waits for it, since the last job may release this object.
    deinit { self.pool.shutdownGracefully(queue: .global()) { _ in } }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // A job has to run once, even when the pool says that it ends.
        self.pool.submit { _ in job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
