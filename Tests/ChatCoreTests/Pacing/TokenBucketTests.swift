import TestSupport
import Testing

@testable import ChatCore

@Suite(.patience) struct TokenBucketTests {
    private let start = ContinuousClock.now

    @Test func `a burst is granted at once, then one for each interval`() {
        var bucket = TokenBucket(.init(burst: 3, perSecond: 10), now: self.start)
        for _ in 0..<3 { #expect(bucket.take(now: self.start) == nil) }
        #expect(bucket.take(now: self.start) == .milliseconds(100))
        #expect(bucket.take(now: self.start + .milliseconds(60))?.inMilliseconds == 40)
        #expect(bucket.take(now: self.start + .milliseconds(100)) == nil)
        #expect(bucket.take(now: self.start + .milliseconds(100)) == .milliseconds(100))
    }

    @Test func `more than the burst is never saved up`() {
        var bucket = TokenBucket(.init(burst: 2, perSecond: 100), now: self.start)
        let later = self.start + .seconds(3600)
        #expect(bucket.take(now: later) == nil)
        #expect(bucket.take(now: later) == nil)
        #expect(bucket.take(now: later) != nil)
    }

    @Test func `to ask in vain costs nothing`() {
        var bucket = TokenBucket(.init(burst: 1, perSecond: 1), now: self.start)
        #expect(bucket.take(now: self.start) == nil)
        for step in 0..<1000 { #expect(bucket.take(now: self.start + .microseconds(step * 999)) != nil) }
        #expect(bucket.take(now: self.start + .seconds(1) + .microseconds(1)) == nil)
    }

    @Test func `a clock that stands or goes back earns nothing and takes nothing`() {
        var bucket = TokenBucket(.init(burst: 1, perSecond: 1), now: self.start)
        #expect(bucket.take(now: self.start) == nil)
        #expect(bucket.take(now: self.start - .seconds(10)) == .seconds(1))
        #expect(bucket.take(now: self.start + .seconds(1)) == nil)
    }

    @Test func `a full bucket need not be kept`() {
        var bucket = TokenBucket(.init(burst: 2, perSecond: 2), now: self.start)
        #expect(bucket.isFull(now: self.start) == true)
        #expect(bucket.take(now: self.start) == nil)
        #expect(bucket.isFull(now: self.start) == false)
        #expect(bucket.isFull(now: self.start + .milliseconds(499)) == false)
        #expect(bucket.isFull(now: self.start + .milliseconds(500)) == true)
    }

    @Test(arguments: [1, 2, 3, 7, 10, 50, 99, 333, 1000, 12_345])
    func `who waits as long as told is served, and not much earlier`(rate: Int) {
        var generator = SeededGenerator(UInt64(rate))
        var bucket = TokenBucket(.init(burst: 3, perSecond: rate), now: self.start)
        var now = self.start
        for _ in 0..<2000 {
            guard let wait = bucket.take(now: now) else {
                now += .microseconds(Int.random(in: 0..<1_000_000 / rate + 1, using: &generator))
                continue
            }
            #expect(wait > .zero && wait <= .seconds(1.0 / Double(rate)) + .nanoseconds(1))
            #expect(wait.inMilliseconds >= 1)
            var early = bucket
            if wait > .microseconds(2) { #expect(early.take(now: now + wait - .microseconds(1)) != nil) }
            now += .milliseconds(wait.inMilliseconds)
            #expect(bucket.take(now: now) == nil)
        }
    }

    @Test(arguments: SeededGenerator.seeds)
    func `no span gets more than burst and rate`(seed: UInt64) {
        var generator = SeededGenerator(seed)
        let rate = Limits.Rate(burst: 5, perSecond: 20)
        var bucket = TokenBucket(rate, now: self.start)
        var elapsed = Duration.zero
        var granted = 0
        for _ in 0..<5000 {
            elapsed += .microseconds(Int.random(in: 0...20_000, using: &generator))
            if bucket.take(now: self.start + elapsed) == nil { granted += 1 }
            #expect(Double(granted) <= 5 + 20 * elapsed.inSeconds + 0.001)
        }
        #expect(Double(granted) >= 20 * elapsed.inSeconds - 1)
    }

    @Test(
        arguments: [
            (.zero, 0), (.nanoseconds(1), 1), (.milliseconds(1), 1), (.microseconds(1001), 2), (.seconds(3), 3000),
            (.seconds(2.5), 2500), (.seconds(86_400) + .nanoseconds(1), 86_400_001),
        ] as [(Duration, Int)]
    )
    func `milliseconds are rounded up`(duration: Duration, milliseconds: Int) {
        #expect(duration.inMilliseconds == milliseconds)
    }
}
