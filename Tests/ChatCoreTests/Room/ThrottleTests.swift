import Testing

@testable import ChatCore

@Suite(.patience)
struct ThrottleTests {
    private let start = ContinuousClock.now

    private func time(_ milliseconds: Int) -> ContinuousClock.Instant {
        self.start.advanced(by: .milliseconds(milliseconds))
    }

    @Test func `what comes after a pause passes at once`() {
        var throttle = Throttle()
        let passed = [0, 250, 10_000].filter { throttle.pass(now: self.time($0), interval: .milliseconds(250)) }
        #expect(passed == [0, 250, 10_000])
    }

    @Test func `what follows closely passes once in an interval, however often it is asked for`() {
        var throttle = Throttle()
        let passed = (0..<1000).filter { throttle.pass(now: self.time($0), interval: .milliseconds(250)) }
        #expect(passed == [0, 250, 500, 750])
    }

    @Test func `an interval may change from one to the next`() {
        var throttle = Throttle()
        let intervals = [(0, 250), (300, 1000), (999, 1000), (1000, 1000), (1250, 250)]
        let passed = intervals.filter { throttle.pass(now: self.time($0.0), interval: .milliseconds($0.1)) }.map(\.0)
        #expect(passed == [0, 1000, 1250])
    }
}
