import NIOPosix
import Synchronization

/// Event loops for the servers of tests: one server has them at a time, and when it has ended the next may.
///
/// They are never shut down. A server's HTTP library leaves a task behind that nobody can wait for; on a loop that is gone
/// it would complain, and one that goes on lets it end.
enum LoopPool {
    private static let idle = Mutex<[Int: [MultiThreadedEventLoopGroup]]>([:])

    /// Takes so many loops out of the pool; new ones when there are none.
    static func take(_ threads: Int) -> MultiThreadedEventLoopGroup {
        self.idle.withLock { $0[threads]?.popLast() } ?? MultiThreadedEventLoopGroup(numberOfThreads: threads)
    }

    /// Gives loops back that no server has any more.
    static func give(_ group: MultiThreadedEventLoopGroup, threads: Int) {
        self.idle.withLock { $0[threads, default: []].append(group) }
    }
}
