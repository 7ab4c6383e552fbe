import Testing

@testable import ChatCore

@Suite(.patience) struct LivenessTests {
    private let start = ContinuousClock.now
    private var liveness: Liveness

    init() { self.liveness = Liveness(limits: Limits(), now: self.start) }

    private mutating func check(_ seconds: Double) -> Liveness.OnCheck {
        self.liveness.check(now: self.start + .seconds(seconds))
    }

    @Test mutating func `a ping is sent when nothing was received for 25 seconds`() {
        #expect(self.check(0) == .wait(.seconds(25)))
        #expect(self.check(24) == .wait(.seconds(1)))
        #expect(self.check(25) == .ping(thenWait: .seconds(10)))
    }

    @Test mutating func `whatever is received puts the ping off`() {
        self.liveness.received(now: self.start + .seconds(20))
        #expect(self.check(25) == .wait(.seconds(20)))
        #expect(self.check(44.5) == .wait(.seconds(0.5)))
        #expect(self.check(45) == .ping(thenWait: .seconds(10)))
    }

    @Test mutating func `no answer within 10 seconds is the end`() {
        #expect(self.check(25) == .ping(thenWait: .seconds(10)))
        #expect(self.check(34) == .wait(.seconds(1)))
        #expect(self.check(35) == .disconnect(.noPong))
        #expect(Disconnect.noPong.code == 4001)
    }

    @Test mutating func `an answer begins anew`() {
        #expect(self.check(25) == .ping(thenWait: .seconds(10)))
        self.liveness.received(now: self.start + .seconds(34))
        #expect(self.check(35) == .wait(.seconds(24)))
        #expect(self.check(59) == .ping(thenWait: .seconds(10)))
        #expect(self.check(69) == .disconnect(.noPong))
    }

    @Test mutating func `a look that comes late counts from the ping, not from the silence`() {
        #expect(self.check(500) == .ping(thenWait: .seconds(10)))
        #expect(self.check(509.5) == .wait(.seconds(0.5)))
        #expect(self.check(600) == .disconnect(.noPong))
    }
}
