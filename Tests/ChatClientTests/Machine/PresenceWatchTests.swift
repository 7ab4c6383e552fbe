import ChatCore
import Testing

@testable import ChatClient

/// When a client asks who is in a room because changes are missing.
@Suite(.patience) struct PresenceWatchTests {
    private let start = ContinuousClock.now
    private let jitter: Duration = .seconds(2)
    private let epoch: Epoch
    private let nextEpoch: Epoch

    init() throws {
        self.epoch = try Epoch("aaaaaaaa")
        self.nextEpoch = try Epoch("bbbbbbbb")
    }

    private func after(_ seconds: Double) -> ContinuousClock.Instant { self.start + .seconds(seconds) }

    /// A watch that knows five changes.
    private var watch: PresenceWatch {
        var watch = PresenceWatch()
        watch.joined(5, self.epoch)
        return watch
    }

    @Test func `changes that follow each other leave nothing to ask`() {
        var watch = self.watch
        for version in 6...9 {
            #expect(watch.changed(version, now: self.start, jitter: self.jitter) == .tell)
            #expect(watch.changed(version, now: self.start, jitter: self.jitter) == .ignore)
        }
        #expect(watch.deadline == nil)
    }

    @Test func `a hole is asked about once, after its time and the jitter`() {
        var watch = self.watch
        #expect(watch.changed(7, now: self.start, jitter: self.jitter) == .tell)
        // Further changes and further holes do not put it off.
        #expect(watch.changed(8, now: self.after(3), jitter: self.jitter) == .tell)
        #expect(watch.changed(11, now: self.after(4), jitter: self.jitter) == .tell)
        #expect(watch.deadline == self.after(7))
        #expect(watch.takeDue(now: self.after(6.9)) == false)
        #expect(watch.takeDue(now: self.after(7)) == true)
        #expect(watch.takeDue(now: self.after(100)) == false)
        #expect(watch.deadline == nil)
    }

    @Test func `the count of a large room is no hole and ends one`() {
        var watch = self.watch
        #expect(watch.counted(50) == .tell)
        #expect(watch.deadline == nil)
        #expect(watch.changed(60, now: self.start, jitter: .zero) == .tell)
        #expect(watch.counted(59) == .ignore)
        #expect(watch.deadline == self.after(5))
        #expect(watch.counted(61) == .tell)
        #expect(watch.deadline == nil)
    }

    @Test func `a list that came meanwhile makes the question needless`() {
        var watch = self.watch
        _ = watch.changed(9, now: self.start, jitter: .zero)
        watch.joined(10, self.epoch)
        #expect(watch.deadline == nil)
        #expect(watch.changed(11, now: self.start, jitter: .zero) == .tell)
        #expect(watch.deadline == nil)
    }

    @Test func `a list that is older than what came meanwhile is asked for again`() {
        var watch = self.watch
        _ = watch.changed(9, now: self.start, jitter: .zero)
        #expect(watch.takeDue(now: self.after(5)) == true)
        _ = watch.changed(12, now: self.after(5.5), jitter: .zero)
        #expect(watch.listed(11, now: self.after(6), jitter: .zero) == .ignore)
        #expect(watch.deadline == self.after(11))
        #expect(watch.takeDue(now: self.after(11)) == true)
        #expect(watch.listed(12, now: self.after(12), jitter: .zero) == .tell)
        #expect(watch.deadline == nil)
    }

    @Test func `after a reset the changes are counted anew`() {
        var watch = self.watch
        _ = watch.changed(9, now: self.start, jitter: .zero)
        watch.reset(self.nextEpoch)
        #expect(watch.deadline == nil)
        #expect(watch.changed(1, now: self.start, jitter: .zero) == .tell)
        #expect(watch.deadline == nil)
        // Those that were missed are missing.
        #expect(watch.changed(3, now: self.start, jitter: .zero) == .tell)
        #expect(watch.deadline == self.after(5))
    }

    @Test func `a reset that the join knew of already changes nothing`() {
        var watch = self.watch
        watch.joined(40, self.nextEpoch)
        watch.reset(self.nextEpoch)
        #expect(watch.changed(41, now: self.start, jitter: .zero) == .tell)
        #expect(watch.deadline == nil)
    }

    @Test func `without a connection nothing is asked`() {
        var watch = self.watch
        _ = watch.changed(9, now: self.start, jitter: .zero)
        watch.disconnected()
        #expect(watch.deadline == nil)
        #expect(watch.takeDue(now: self.after(100)) == false)
    }
}
