import Testing
import TestSupport

@testable import ChatCore

@Suite("When clients of a node that goes away come back", .patience)
struct ReturnSpreadTests {
    /// The times that loops with so many clients each tell them, in order.
    private func times(_ spread: ReturnSpread, loops: [Int], seed: UInt64) -> [Int] {
        var generator = SeededGenerator(seed)
        return loops.flatMap { count in
            (0..<count).map { spread.milliseconds(for: $0, of: count, using: &generator) }
        }
        .sorted()
    }

    @Test(arguments: [
        (0, 2000), (1, 2000), (100, 2000), (5000, 2000), (10_000, 4000), (75_000, 30_000), (100_000, 30_000),
        (Int.max, 30_000), (-1, 2000),
    ])
    func `the window grows with the number of clients, between its bounds`(connections: Int, milliseconds: Int) {
        let spread = ReturnSpread(connections: connections)
        #expect(spread.window == .milliseconds(milliseconds))
        #expect(spread.end == .milliseconds(100 + milliseconds + 500))
    }

    @Test(arguments: SeededGenerator.seeds)
    func `everybody comes back within the window, each in a slot of its own`(seed: UInt64) {
        for count in [1, 2, 100, 10_000, 100_000] {
            let spread = ReturnSpread(connections: count)
            let window = Int(spread.window / .milliseconds(1))
            let times = self.times(spread, loops: [count], seed: seed)
            let isOrdered = times.enumerated().allSatisfy { index, time in
                time - 100 >= index * window / count && time - 100 <= (index + 1) * window / count
            }
            #expect(isOrdered && times.allSatisfy { (100..<100 + window).contains($0) })
        }
    }

    @Test(arguments: SeededGenerator.seeds)
    func `the returns of all loops together are even, however the clients are divided among them`(seed: UInt64) {
        for loops in [[10_000], [5000, 5000], [9000, 500, 300, 199, 1], Array(repeating: 1250, count: 8)] {
            let spread = ReturnSpread(connections: 10_000)
            let times = self.times(spread, loops: loops, seed: seed)
            let slices = Dictionary(grouping: times) { ($0 - 100) / 100 }.mapValues(\.count)
            // 250 in a tenth of a second are the mean; a loop may have one more or less than its share in it.
            #expect(slices.count == 40)
            #expect(slices.values.allSatisfy { abs($0 - 250) <= 2 * loops.count })
        }
    }

    @Test func `a few clients on each of many loops do not all come back at the same moment`() {
        let spread = ReturnSpread(connections: 64)
        let times = self.times(spread, loops: Array(repeating: 1, count: 64), seed: 1)
        #expect(Set(times).count > 32 && times[63] - times[0] > 1000)
    }

    @Test func `a number that no client has is one of them`() {
        let spread = ReturnSpread(connections: 10)
        var generator = SeededGenerator(1)
        for (index, count) in [(10, 10), (-1, 10), (0, 0), (Int.max, 1)] {
            #expect((100..<2100).contains(spread.milliseconds(for: index, of: count, using: &generator)))
        }
    }
}
