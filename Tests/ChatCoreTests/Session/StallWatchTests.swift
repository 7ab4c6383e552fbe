import Testing

@testable import ChatCore

@Suite(.patience) struct StallWatchTests {
    private var watch: StallWatch
    private let start = ContinuousClock.now

    init() {
        var limits = Limits()
        limits.stallTimeout = .seconds(30)
        self.watch = StallWatch(limits: limits)
    }

    private mutating func check(_ second: Int, taken: Int, waiting: Int) -> Disconnect? {
        self.watch.check(taken: taken, waiting: waiting, now: self.start + .seconds(second))
    }

    @Test mutating func `a client that takes nothing for 30 seconds is parted from`() {
        #expect(self.check(0, taken: 100, waiting: 5) == nil)
        #expect(self.check(3, taken: 100, waiting: 50) == nil)
        #expect(self.check(29, taken: 100, waiting: 500) == nil)
        #expect(self.check(30, taken: 100, waiting: 500) == .slowConsumer)
    }

    @Test mutating func `a client that takes a byte in time is kept, however much waits`() {
        for round in 0..<100 { #expect(self.check(round * 29, taken: round, waiting: 1 << 20) == nil) }
        #expect(self.check(99 * 29 + 30, taken: 99, waiting: 1 << 20) == .slowConsumer)
    }

    @Test mutating func `bytes that become more by encryption are not taken by the client`() {
        // Each write of 100 bytes makes 122 of them wait.
        for second in 0..<30 { #expect(self.check(second, taken: -22 * second, waiting: 122 * (second + 1)) == nil) }
        #expect(self.check(30, taken: -22 * 30, waiting: 122 * 31) == .slowConsumer)
    }

    @Test mutating func `a client for which nothing waits is kept`() {
        for round in 0..<100 { #expect(self.check(round * 60, taken: 7, waiting: 0) == nil) }
    }

    @Test mutating func `the time begins when something waits again`() {
        #expect(self.check(0, taken: 100, waiting: 5) == nil)
        #expect(self.check(20, taken: 105, waiting: 0) == nil)
        #expect(self.check(40, taken: 105, waiting: 5) == nil)
        #expect(self.check(69, taken: 105, waiting: 5) == nil)
        #expect(self.check(70, taken: 105, waiting: 5) == .slowConsumer)
    }
}
