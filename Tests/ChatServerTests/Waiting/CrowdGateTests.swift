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

        init(_ loop: any EventLoop) {
            (self.loop, self.executor) = (loop, loop.executor)
            self.gate = CrowdGate(on: loop)
        }

        func pass(_ number: Int) async -> Int {
            await self.gate.pass()
            self.passed.append(number)
            return self.passed.count
        }

        var order: [Int] { self.passed }
        var announced: Int { self.gate.announced }

        /// Lets so many be announced, gives how many count then, and returns when all have passed.
        func announceAndPass(_ count: Int) async -> Int {
            for _ in 0..<count { self.gate.announce() }
            let announced = self.gate.announced
            let tasks = (0..<count).map { _ in Task { await self.gate.passAnnounced() } }
            for task in tasks { await task.value }
            return announced
        }

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

    @Test func `a join counts from its announcement until it has passed`() async throws {
        let host = Host(MultiThreadedEventLoopGroup.singleton.next())
        #expect(await host.announceAndPass(CrowdGate.slice + 10) == CrowdGate.slice + 10)
        #expect(await host.announced == 0)
    }

    @Test func `whoever waits passes in the order of coming`() async throws {
        let host = Host(MultiThreadedEventLoopGroup.singleton.next())
        await host.comeTogether(CrowdGate.slice * 5)
        #expect(await host.order == Array(0..<CrowdGate.slice * 5))
    }
}
