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
        let interval = Duration.milliseconds(250)
        let passed = [0, 250, 10_000].filter { throttle.pass(now: self.time($0), interval: interval) == .pass }
        #expect(passed == [0, 250, 10_000])
    }

    @Test func `what follows closely passes once in an interval, however often it is asked for`() {
        var throttle = Throttle()
        let interval = Duration.milliseconds(250)
        let passed = (0..<1000).filter { throttle.pass(now: self.time($0), interval: interval) == .pass }
        #expect(passed == [0, 250, 500, 750])
    }

    @Test func `an interval may change from one to the next`() {
        var throttle = Throttle()
        let intervals = [(0, 250), (300, 1000), (999, 1000), (1000, 1000), (1250, 250)]
        let passed = intervals.filter { throttle.pass(now: self.time($0.0), interval: .milliseconds($0.1)) == .pass }
            .map(\.0)
        #expect(passed == [0, 1000, 1250])
    }

    @Test func `what has to wait is told until when`() {
        var throttle = Throttle()
        #expect(throttle.pass(now: self.time(0), interval: .seconds(1)) == .pass)
        #expect(throttle.pass(now: self.time(1), interval: .seconds(1)) == .wait(until: self.time(1000)))
        #expect(throttle.pass(now: self.time(2), interval: .milliseconds(250)) == .wait(until: self.time(250)))
    }
}
