import Testing

@testable import ChatCore

@Suite(.patience)
struct ThrottleTests {
    private let start = ContinuousClock.now

    private func time(_ milliseconds: Int) -> ContinuousClock.Instant {
        self.start.advanced(by: .milliseconds(milliseconds))
    }

    @Test func `what comes after a pause passes at once`() {
        var throttle = Throttle(interval: .milliseconds(250))
        let passed = [0, 250, 10_000].filter { throttle.pass(now: self.time($0)) }
        #expect(passed == [0, 250, 10_000])
    }

    @Test func `what follows closely passes once in an interval, however often it is asked for`() {
        var throttle = Throttle(interval: .milliseconds(250))
        let passed = (0..<1000).filter { throttle.pass(now: self.time($0)) }
        #expect(passed == [0, 250, 500, 750])
    }
}
