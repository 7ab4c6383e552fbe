import Testing

@testable import ChatClient

@Suite(.patience) struct LinkLivenessTests {
    private let start = ContinuousClock.now
    private func after(_ seconds: Int) -> ContinuousClock.Instant { self.start + .seconds(seconds) }
    private func liveness() -> LinkLiveness { LinkLiveness(interval: .seconds(25), now: self.start) }

    @Test func `a server that is silent for longer than it said is asked, then given up`() {
        var liveness = self.liveness()
        #expect(liveness.check(now: self.after(29)) == .wait)
        #expect(liveness.check(now: self.after(30)) == .probe)
        #expect(liveness.check(now: self.after(37)) == .wait)
        #expect(liveness.check(now: self.after(38)) == .disconnect)
    }

    @Test func `any answer begins the time anew`() {
        var liveness = self.liveness()
        #expect(liveness.check(now: self.after(30)) == .probe)
        liveness.received(now: self.after(31))
        #expect(liveness.check(now: self.after(38)) == .wait)
        #expect(liveness.deadline == self.after(61))
    }

    @Test func `a command without an answer is a reason to ask early`() {
        var liveness = self.liveness()
        liveness.setAwaiting(true, now: self.after(1))
        #expect(liveness.deadline == self.after(6))
        liveness.setAwaiting(true, now: self.after(3))
        #expect(liveness.check(now: self.after(6)) == .probe)
        #expect(liveness.check(now: self.after(14)) == .disconnect)
    }

    @Test func `what comes meanwhile shows that the server is only slow`() {
        var liveness = self.liveness()
        liveness.setAwaiting(true, now: self.after(1))
        liveness.received(now: self.after(5))
        #expect(liveness.check(now: self.after(6)) == .wait)
        liveness.setAwaiting(false, now: self.after(7))
        #expect(liveness.deadline == self.after(35))
    }

    @Test func `while the client itself does not read nothing is concluded`() {
        var liveness = self.liveness()
        liveness.setSuspended(true, now: self.start)
        #expect(liveness.deadline == nil)
        #expect(liveness.check(now: self.after(900)) == .wait)
        liveness.setSuspended(false, now: self.after(900))
        #expect(liveness.deadline == self.after(930))
    }

    @Test func `a machine that slept asks before it gives up`() {
        var liveness = self.liveness()
        #expect(liveness.check(now: self.after(7200)) == .probe)
    }
}
