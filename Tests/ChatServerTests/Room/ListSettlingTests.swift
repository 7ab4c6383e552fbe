import Testing

@testable import ChatNode

@Suite("When a list that lacks some is told", .patience)
struct ListSettlingTests {
    private var settling = ListSettling()
    private let start = ContinuousClock.now

    @Test mutating func `one that is whole is told at once`() {
        #expect(self.settling.read(isWhole: true, now: self.start) == .tell)
    }

    @Test mutating func `one that lacks some is put off, for everybody who reads it meanwhile`() {
        let due = self.start + ListSettling.time
        #expect(self.settling.read(isWhole: false, now: self.start) == .wait(until: due, isFirst: true))
        let later = self.start + .milliseconds(1)
        #expect(self.settling.read(isWhole: false, now: later) == .wait(until: due, isFirst: false))
        #expect(self.settling.read(isWhole: false, now: due - .nanoseconds(1)) == .wait(until: due, isFirst: false))
    }

    @Test mutating func `it is put off once, and another time for another loss`() {
        let due = self.start + ListSettling.time
        _ = self.settling.read(isWhole: false, now: self.start)
        #expect(self.settling.read(isWhole: false, now: due) == .tell)
        #expect(self.settling.read(isWhole: false, now: due) == .wait(until: due + ListSettling.time, isFirst: true))
    }

    @Test mutating func `once all have restored theirs, nobody waits any longer`() {
        _ = self.settling.read(isWhole: false, now: self.start)
        #expect(self.settling.read(isWhole: true, now: self.start + .milliseconds(1)) == .tell)
        let again = self.start + .milliseconds(2)
        let due = again + ListSettling.time
        #expect(self.settling.read(isWhole: false, now: again) == .wait(until: due, isFirst: true))
    }
}
