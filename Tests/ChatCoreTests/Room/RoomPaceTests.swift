import Testing

@testable import ChatCore

/// When what a room has gathered leaves.
@Suite(.patience)
struct RoomPaceTests {
    private static let window = Duration.milliseconds(5)
    private let start = ContinuousClock.now

    private func time(_ milliseconds: Int) -> ContinuousClock.Instant {
        self.start.advanced(by: .milliseconds(milliseconds))
    }

    private func waiting(_ bytes: Int, isUrgent: Bool = true, members: Int = 10) -> RoomPace.Waiting {
        RoomPace.Waiting(bytes: bytes, isUrgent: isUrgent, members: members)
    }

    private func gathered(
        _ pace: inout RoomPace,
        _ waiting: RoomPace.Waiting,
        at milliseconds: Int,
        isBusy: Bool = true
    ) -> RoomPace.Timing {
        pace.gathered(waiting, now: self.time(milliseconds), window: Self.window, isBusy: isBusy)
    }

    @Test func `where nothing waits there is nothing to do`() {
        var pace = RoomPace()
        #expect(self.gathered(&pace, self.waiting(0), at: 0) == .never)
        #expect(pace.look(self.waiting(0, isUrgent: false), now: self.time(1), window: Self.window) == .never)
    }

    @Test func `a message leaves at once while the loop has time to spare`() {
        var pace = RoomPace()
        for time in 0..<20 {
            #expect(self.gathered(&pace, self.waiting(100), at: time, isBusy: false) == .atOnce)
            pace.left()
        }
    }

    @Test func `on a busy loop messages that follow each other are held, until the window is over`() {
        var pace = RoomPace()
        #expect(self.gathered(&pace, self.waiting(100), at: 0) == .atOnce)
        pace.left()
        #expect(self.gathered(&pace, self.waiting(100), at: 1) == .later(self.time(4)))
        #expect(self.gathered(&pace, self.waiting(200), at: 3) == .later(self.time(6)))
        #expect(pace.look(self.waiting(200), now: self.time(4), window: Self.window) == .later(self.time(6)))
        #expect(pace.look(self.waiting(200), now: self.time(6), window: Self.window) == .atOnce)
    }

    @Test func `what fills a system call leaves, urgent or not`() {
        var pace = RoomPace()
        for isUrgent in [true, false] {
            for time in 0..<3 {
                let waiting = self.waiting(RoomPace.maximumHeldBytes, isUrgent: isUrgent)
                #expect(self.gathered(&pace, waiting, at: time) == .atOnce)
            }
        }
    }

    @Test(arguments: [(1, 250), (25, 250), (60, 600), (100, 1000), (100_000, 1000)])
    func `who comes and goes is told after a pause at once, and else once in a time that grows with the room`(
        members: Int,
        milliseconds: Int
    ) {
        var pace = RoomPace()
        let waiting = self.waiting(100, isUrgent: false, members: members)
        #expect(self.gathered(&pace, waiting, at: 0) == .atOnce)
        #expect(self.gathered(&pace, waiting, at: 1) == .later(self.time(milliseconds)))
        let early = pace.look(waiting, now: self.time(milliseconds - 1), window: Self.window)
        #expect(early == .later(self.time(milliseconds)))
        #expect(pace.look(waiting, now: self.time(milliseconds), window: Self.window) == .atOnce)
    }

    @Test func `a message takes with it what is not urgent, and does not use up its turn`() {
        var pace = RoomPace()
        #expect(self.gathered(&pace, self.waiting(100, isUrgent: false), at: 0) == .atOnce)
        #expect(self.gathered(&pace, self.waiting(100, isUrgent: false), at: 10) == .later(self.time(250)))
        #expect(self.gathered(&pace, self.waiting(200, isUrgent: true), at: 20, isBusy: false) == .atOnce)
        pace.left()
        #expect(self.gathered(&pace, self.waiting(100, isUrgent: false), at: 250) == .atOnce)
    }
}
