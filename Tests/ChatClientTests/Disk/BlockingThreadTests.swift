import ChatCore
import ChatSystem
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import ChatClient

@Suite(.patience)
struct BlockingThreadTests {
    /// An actor that stands still as long as a test wants it to.
    private actor Sleeper {
        private let thread = BlockingThread()
        nonisolated var unownedExecutor: UnownedSerialExecutor { self.thread.asUnownedSerialExecutor() }
        private(set) var steps: [Int] = []

        func block(until lock: ConditionLock<Bool>) {
            lock.lock(whenValue: true)
            lock.unlock()
        }

        func step(_ number: Int) { self.steps.append(number) }
    }

    @Test func `an actor that blocks holds up no other task`() async {
        // More of them than the pool has threads: on those, the last line would never be reached.
        let lock = ConditionLock(value: false)
        let sleepers = (0..<System.coreCount + 2).map { _ in Sleeper() }
        await withTaskGroup { group in
            for sleeper in sleepers { group.addTask { await sleeper.block(until: lock) } }
            group.addTask {
                lock.lock()
                lock.unlock(withValue: true)
            }
        }
    }

    @Test func `jobs run in the order in which they came`() async {
        let sleeper = Sleeper()
        for number in 0..<100 { await sleeper.step(number) }
        #expect(await sleeper.steps == Array(0..<100))
    }

    /// A store that notes on which thread it was called, and lets it go on when the test says so.
    private final class Store: OutboxStore {
        let contents = OutboxContents()
        let entered = Promised<Void>()
        let lock = ConditionLock(value: false)

        func append(_ send: KeptSend) {
            self.entered.resolve(())
            self.lock.lock(whenValue: true)
            self.lock.unlock()
        }

        func remove(_ key: IdempotencyKey) {}
        func setSession(_ session: SessionSecret) {}
    }

    @Test func `clients whose disks stand still leave the threads of the pool alone`() async throws {
        let lobby = try RoomName("lobby")
        let stores = (0..<System.coreCount + 2).map { _ in Store() }
        try await withThrowingTaskGroup { group in
            for store in stores {
                var configuration = ChatClient.Configuration(server: try ServerAddress("ws://127.0.0.1:1"))
                configuration.outbox = store
                let client = try ChatClient(configuration)
                group.addTask { _ = try await client.enqueue(lobby, "hi") }
            }
            for store in stores { _ = await store.entered.wait() }
            for store in stores {
                store.lock.lock()
                store.lock.unlock(withValue: true)
            }
            try await group.waitForAll()
        }
    }
}
