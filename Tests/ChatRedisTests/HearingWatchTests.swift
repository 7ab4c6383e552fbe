import NIOCore
import Testing

@testable import ChatRedis

@Suite("A node that hears itself", .patience)
struct HearingWatchTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private func after(_ seconds: Int64) -> NIODeadline { self.start + .seconds(seconds) }

    @Test func `it says something every few seconds, and one thing at a time`() {
        var watch = HearingWatch(now: self.start)
        #expect(watch.tick(self.after(2)) == .none)
        #expect(watch.tick(self.after(3)) == .say)
        watch.said("a")
        #expect(watch.tick(self.after(60)) == .none)
        watch.published("a", at: self.after(60))
        watch.heard("a", at: self.after(61))
        #expect(watch.tick(self.after(63)) == .none)
        #expect(watch.tick(self.after(64)) == .say)
    }

    @Test func `what was published and does not come back makes the subscription useless`() {
        var watch = HearingWatch(now: self.start)
        watch.said("a")
        watch.published("a", at: self.after(1))
        watch.heard("b", at: self.after(2))
        #expect(watch.tick(self.after(5)) == .none)
        #expect(watch.tick(self.after(6)) == .giveUp)
        #expect(watch.tick(self.after(7)) == .none)
        #expect(watch.tick(self.after(9)) == .say)
    }

    @Test func `while other things come it waits for those that stand before its word, but not for ever`() {
        var watch = HearingWatch(now: self.start)
        watch.said("a")
        watch.published("a", at: self.start)
        for second in stride(from: Int64(3), through: 30, by: 3) {
            watch.receivedSomething(at: self.after(second))
            #expect(watch.tick(self.after(second)) == .none)
        }
        #expect(watch.tick(self.after(31)) == .giveUp)
        watch.receivedSomething(at: self.after(32))
        #expect(watch.tick(self.after(33)) == .none)
        #expect(watch.tick(self.after(34)) == .say)
    }

    @Test func `what may come back before it is said to be published counts`() {
        var watch = HearingWatch(now: self.start)
        watch.said("a")
        watch.heard("a", at: self.after(1))
        watch.published("a", at: self.after(2))
        #expect(watch.tick(self.after(3)) == .none)
        #expect(watch.tick(self.after(4)) == .say)
    }

    @Test func `an open connection on which its channel is not confirmed is useless`() {
        var watch = HearingWatch(now: self.start)
        #expect(watch.tickUnconfirmed(self.after(1)) == .none)
        #expect(watch.tickUnconfirmed(self.after(5)) == .none)
        #expect(watch.tickUnconfirmed(self.after(6)) == .giveUp)
        // The next connection has its own time.
        watch.restart(at: self.after(7))
        #expect(watch.tickUnconfirmed(self.after(8)) == .none)
        #expect(watch.tickUnconfirmed(self.after(12)) == .none)
        #expect(watch.tickUnconfirmed(self.after(13)) == .giveUp)
    }

    @Test func `a channel that is not confirmed is waited for while others are, but not for ever`() {
        var watch = HearingWatch(now: self.start)
        #expect(watch.tickUnconfirmed(self.start) == .none)
        for second in stride(from: Int64(3), through: 30, by: 3) {
            watch.receivedSomething(at: self.after(second))
            #expect(watch.tickUnconfirmed(self.after(second)) == .none)
        }
        #expect(watch.tickUnconfirmed(self.after(31)) == .giveUp)
        // Once it is confirmed, a word is said in its time.
        #expect(watch.tickUnconfirmed(self.after(32)) == .none)
        #expect(watch.tick(self.after(33)) == .none)
        #expect(watch.tick(self.after(35)) == .none)
        #expect(watch.tick(self.after(36)) == .say)
    }

    @Test func `a new subscription, or a Redis that publishes nothing, proves nothing`() {
        var watch = HearingWatch(now: self.start)
        watch.said("a")
        watch.published("a", at: self.start)
        watch.restart(at: self.after(5))
        #expect(watch.tick(self.after(7)) == .none)
        #expect(watch.tick(self.after(8)) == .say)
    }
}
