import BrokerContract
import ChatCore
import ChatMemory
import Testing

@testable import ChatNode
import ChatSystem

/// The disturbance that tests are run with is itself a good broker: what fails with it would fail with any that is slow.
@Suite(.patience)
struct DelayingBrokerTests {
    /// Twenty thousand late answers, one after the other, would tell no more.
    @Test(arguments: BrokerClause.all.filter { !$0.isOfSize })
    func `a broker that answers late keeps the promises of the one behind it`(clause: BrokerClause) async throws {
        let memory = MemoryBroker(limits: BrokerClause.limits.log, now: WallClock.now)
        try await clause.check(DelayingBroker(memory, answers: DelayedAnswers(seed: 7)))
    }

    @Test func `answers leave in the order in which they came`() async {
        #expect(await Line().order(of: 200, DelayedAnswers(seed: 7)) == Array(1...200))
    }

    @Test func `a seed draws the same times again`() {
        let draw = { (seed: UInt64) in
            let answers = DelayedAnswers(seed: seed)
            return (0..<20).map { _ in answers.draw(upTo: 1_000_000) }
        }
        #expect(draw(7) == draw(7) && draw(7) != draw(8))
    }

    /// Where answers come, and leave, one at a time.
    private actor Line {
        private var count = 0
        private var order: [Int] = []

        func order(of count: Int, _ answers: DelayedAnswers) async -> [Int] {
            await withTaskGroup { group in
                for _ in 1...count { group.addTask { await self.pass(answers) } }
            }
            return self.order
        }

        private func pass(_ answers: DelayedAnswers) async {
            self.count += 1
            let number = self.count
            await answers.pass()
            self.order.append(number)
        }
    }
}
