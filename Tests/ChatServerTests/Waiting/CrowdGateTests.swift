import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import ChatNode

/// Crowds take a loop in slices.
@Suite(.patience)
struct CrowdGateTests {
    /// Lives on a loop, as a shard does.
    private actor Host {
        private let loop: any EventLoop
        private let executor: any SerialExecutor
        nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }
        private let gate: CrowdGate
        private var passed: [Int] = []
        /// Those who came when as many waited as should.
        private(set) var surplus: [Int] = []

        init(_ loop: any EventLoop, maximum: Int = CrowdGate.maximum) {
            (self.loop, self.executor) = (loop, loop.executor)
            self.gate = CrowdGate(on: loop, maximum: maximum)
        }

        func pass(_ number: Int) async -> Int {
            if self.gate.isFull { self.surplus.append(number) }
            await self.gate.pass()
            self.passed.append(number)
            return self.passed.count
        }

        var order: [Int] { self.passed }

        /// Lets so many come in one turn of the loop, and returns when all have passed.
        func comeTogether(_ count: Int) async {
            let tasks = (0..<count).map { number in Task { await self.pass(number) } }
            for task in tasks { _ = await task.value }
        }
    }

    @Test func `all of a crowd pass`() async throws {
        let host = Host(MultiThreadedEventLoopGroup.singleton.next())
        let counts = await withTaskGroup { group in
            for number in 0..<1000 { group.addTask { await host.pass(number) } }
            return await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(counts == Set(1...1000))
        #expect(await Set(host.order).count == 1000)
        // And the gate is open again.
        #expect(await host.pass(1000) == 1001)
    }

    @Test func `it says when as many wait as should, and when there is room again`() async throws {
        let host = Host(MultiThreadedEventLoopGroup.singleton.next(), maximum: 8)
        await host.comeTogether(CrowdGate.slice + 10)
        #expect(await host.surplus == [CrowdGate.slice + 8, CrowdGate.slice + 9])
        _ = await host.pass(0)
        #expect(await host.surplus.count == 2)
    }

    @Test func `whoever waits passes in the order of coming`() async throws {
        let host = Host(MultiThreadedEventLoopGroup.singleton.next())
        await host.comeTogether(CrowdGate.slice * 5)
        #expect(await host.order == Array(0..<CrowdGate.slice * 5))
    }
}
