import Testing

@testable import ChatNode

@Suite(.patience) struct TimerWheelTests {
    /// Turns the wheel and notes in which turn each item came.
    private func turns(_ wheel: inout TimerWheel<Int>, _ count: Int) -> [Int: Int] {
        var turns: [Int: Int] = [:]
        for turn in 1...count {
            for item in wheel.advance() {
                #expect(turns[item] == nil, "\(item) came twice")
                turns[item] = turn
            }
        }
        return turns
    }

    @Test(arguments: [0, 1, 37, 63, 64, 100])
    func `a timer comes in its turn, wherever the wheel stands`(offset: Int) {
        var wheel = TimerWheel<Int>()
        for _ in 0..<offset { #expect(wheel.advance().isEmpty) }
        for delay in 1...200 { wheel.schedule(delay, after: .seconds(delay)) }
        let turns = self.turns(&wheel, 300)
        #expect(turns.count == 200)
        for delay in 1...200 { #expect(turns[delay] == delay) }
    }

    @Test(
        arguments: [
            (.zero, 1), (.nanoseconds(1), 1), (.milliseconds(999), 1), (.seconds(1), 1), (.milliseconds(1001), 2),
            (.seconds(64), 64), (.seconds(64.5), 65), (.seconds(128), 128), (.seconds(3600), 3600), (.seconds(-5), 1),
        ] as [(Duration, Int)]
    )
    func `a delay is rounded up to the next second, and is one at least`(delay: Duration, expected: Int) {
        var wheel = TimerWheel<Int>()
        wheel.schedule(7, after: delay)
        #expect(self.turns(&wheel, 4000) == [7: expected])
    }

    @Test func `a timer may be set anew when it comes`() {
        var wheel = TimerWheel<Int>()
        wheel.schedule(1, after: .seconds(64))
        var turns: [Int] = []
        for turn in 1...640 {
            for item in wheel.advance() {
                turns.append(turn)
                wheel.schedule(item, after: .seconds(64))
            }
        }
        #expect(turns == (1...10).map { $0 * 64 })
    }

    @Test func `a crowd leaves no room behind in its slot`() {
        var wheel = TimerWheel<Int>()
        for round in [0, 64] {
            for item in 1...10_000 { wheel.schedule(item, after: .seconds(5 + round)) }
        }
        #expect(self.turns(&wheel, 5).count == 10_000)
        #expect(self.turns(&wheel, 64).count == 10_000)
        #expect(wheel.capacity == 0)
    }

    @Test func `timers of one turn come in the order in which they were set`() {
        var wheel = TimerWheel<Int>()
        for item in 0..<50 { wheel.schedule(item, after: .seconds(item % 2 == 0 ? 70 : 6)) }
        var due: [[Int]] = []
        for _ in 1...70 {
            let items = wheel.advance()
            if !items.isEmpty { due.append(items) }
        }
        #expect(due == [(0..<50).filter { $0 % 2 == 1 }, (0..<50).filter { $0 % 2 == 0 }])
    }
}
