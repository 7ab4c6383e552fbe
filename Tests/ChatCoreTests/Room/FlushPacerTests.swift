import ChatCore
import TestSupport
import Testing

/// When a room's frames leave, on a clock that the test holds.
@Suite(.patience) struct FlushPacerTests {
    private static let window = Duration.milliseconds(5)
    private static let start = ContinuousClock.now

    /// Lives through ticks with something new at certain times, asking again when it was told to.
    ///
    /// - Returns: The milliseconds at which something left.
    private func run(
        _ pacer: inout FlushPacer,
        at times: some Sequence<Double>,
        isBusy: Bool = true,
        window: Duration = Self.window
    ) -> [Double] {
        var flushes: [Double] = []
        var held: ContinuousClock.Instant?
        for time in times {
            while let due = held, due <= Self.instant(time) { held = self.check(&pacer, due, window, &flushes) }
            switch pacer.gathered(now: Self.instant(time), window: window, isBusy: isBusy) {
            case .flush:
                pacer.flushed()
                held = nil
                flushes.append(time)
            case .hold(let until): held = until
            }
        }
        while let due = held { held = self.check(&pacer, due, window, &flushes) }
        return flushes
    }

    private func check(
        _ pacer: inout FlushPacer,
        _ time: ContinuousClock.Instant,
        _ window: Duration,
        _ flushes: inout [Double]
    ) -> ContinuousClock.Instant? {
        switch pacer.check(now: time, window: window) {
        case .flush:
            pacer.flushed()
            flushes.append(Self.milliseconds(time))
            return nil
        case .hold(let until): return until
        }
    }

    private static func instant(_ milliseconds: Double) -> ContinuousClock.Instant {
        self.start + .microseconds(Int((milliseconds * 1000).rounded()))
    }

    private static func milliseconds(_ instant: ContinuousClock.Instant) -> Double {
        Double((instant - self.start) / .microseconds(1)) / 1000
    }

    private static func steady(_ interval: Double, _ count: Int) -> [Double] {
        (0..<count).map { Double($0) * interval }
    }

    @Test func `a loop with time to spare sends at once`() {
        var pacer = FlushPacer()
        let times = Self.steady(0.5, 1000)
        #expect(self.run(&pacer, at: times, isBusy: false) == times)
    }

    @Test func `without a window everything leaves at once`() {
        var pacer = FlushPacer()
        let times = Self.steady(0.5, 1000)
        #expect(self.run(&pacer, at: times, window: .zero) == times)
    }

    @Test func `the first message of a room leaves at once`() {
        var pacer = FlushPacer()
        #expect(self.run(&pacer, at: [7]) == [7])
    }

    @Test func `messages that come more seldom than the window is long leave at once`() {
        var pacer = FlushPacer()
        let times = Self.steady(6, 100)
        #expect(self.run(&pacer, at: times) == times)
    }

    @Test func `in a busy room messages leave together, a window apart`() {
        var pacer = FlushPacer()
        let flushes = self.run(&pacer, at: Self.steady(1, 1000))
        // Five or six milliseconds from one to the next: the window begins with the first message that is held.
        #expect(zip(flushes, flushes.dropFirst()).allSatisfy { $1 - $0 <= 6 })
        #expect((160...210).contains(flushes.count))
    }

    @Test func `nothing is held for longer than the window`() {
        var pacer = FlushPacer()
        var generator = SeededGenerator(7)
        var time = 0.0
        var times: [Double] = []
        for _ in 0..<5000 {
            time += Double.random(in: 0...3, using: &generator)
            times.append(time)
        }
        let flushes = self.run(&pacer, at: times)
        var next = flushes.makeIterator()
        var flush = next.next() ?? 0
        for time in times {
            while flush < time { flush = next.next() ?? .infinity }
            #expect(flush - time <= 5.001)
        }
        #expect(flushes.count < times.count * 2 / 3)
    }

    @Test(arguments: [1, 2, 5, 50])
    func `who writes only after the last message has come is hardly slowed down`(milliseconds: Int) {
        let window = Duration.milliseconds(milliseconds)
        var pacer = FlushPacer()
        var time = 0.0
        var delay = 0.0
        for _ in 0..<20_000 {
            // The answer comes 0.4 ms after the flush: nothing comes while something is held.
            switch pacer.gathered(now: Self.instant(time), window: window, isBusy: true) {
            case .flush: break
            case .hold(let until):
                let due = Self.milliseconds(until)
                #expect(pacer.check(now: until, window: window) == .flush)
                delay += due - time
                time = due
            }
            pacer.flushed()
            time += 0.4
        }
        #expect(delay > 0)
        #expect(delay / time < 0.02)
    }

    @Test func `a room that falls silent is flushed before the window is over`() {
        var pacer = FlushPacer()
        let times = Self.steady(0.5, 103)
        let flushes = self.run(&pacer, at: times)
        #expect((flushes.last ?? 0) - (times.last ?? 0) < 1.6)
    }

    @Test func `what was flushed for another reason begins anew`() {
        var pacer = FlushPacer()
        #expect(self.run(&pacer, at: [0]) == [0])
        let held = pacer.gathered(now: Self.instant(1), window: Self.window, isBusy: true)
        #expect(held == .hold(until: Self.instant(4)))
        pacer.flushed()
        // Nothing is held: whoever asks is told so.
        #expect(pacer.check(now: Self.instant(1.1), window: Self.window) == .flush)
        let next = pacer.gathered(now: Self.instant(2), window: Self.window, isBusy: true)
        #expect(next == .hold(until: Self.instant(5)))
    }

    // MARK: The meter

    @Test func `a loop is busy while it delivers much`() {
        var meter = DeliveryMeter(now: Self.start)
        func live(_ milliseconds: Range<Int>, perMillisecond: Int) {
            for time in milliseconds { meter.add(perMillisecond, now: Self.instant(Double(time))) }
        }
        live(0..<200, perMillisecond: 70)
        #expect(!meter.isBusy)
        live(200..<400, perMillisecond: 80)
        #expect(meter.isBusy)
        live(400..<600, perMillisecond: 70)
        #expect(!meter.isBusy)
        live(600..<800, perMillisecond: 80)
        // After a silence one message is not much, whatever was before.
        meter.add(100, now: Self.instant(5000))
        #expect(!meter.isBusy)
    }
}
