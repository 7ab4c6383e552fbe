import ChatNode
import ChatSystem
import NIOPosix
import ServiceLifecycle

/// Gives memory back to the system when a crowd has gone (``HeapUpkeepMachine``).
///
/// The C library keeps what was freed for whoever allocates next, for ever: after one bad hour a process would look for
/// years as if it were still in it.
struct HeapUpkeep: Service {
    /// The time between two looks.
    private static let interval = Duration.seconds(10)

    let node: Node

    func run() async {
        await cancelWhenGracefulShutdown {
            var machine = HeapUpkeepMachine()
            while (try? await Task.sleep(for: Self.interval)) != nil {
                guard machine.look(connections: self.node.connectionCount) else { continue }
                // Off the threads on which tasks run: the walk takes a while.
                try? await NIOThreadPool.singleton.runIfActive { Heap.giveBackFreePages() }
            }
        }
    }
}
