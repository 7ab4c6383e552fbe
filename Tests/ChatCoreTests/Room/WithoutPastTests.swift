import TestSupport
import Testing

@testable import ChatCore

/// A member that may not read the past begins at the head, and is told what it lost.
@Suite(.patience) struct WithoutPastTests {
    private let samples: Samples

    init() throws { self.samples = try Samples() }

    private func announcement(
        head: Int,
        isReset: Bool = false,
        gap: ClosedRange<Int>? = nil,
        replay: Int
    ) -> CatchUpPlan.Announcement {
        .init(head: self.samples.position(head), isReset: isReset, gap: gap, replay: replay)
    }

    private func check(_ asked: CatchUpPlan.Announcement, _ start: JoinStart, gap: ClosedRange<Int>?) {
        let (catchUp, told) = CatchUpPlan.withoutPast(asked, start)
        #expect(catchUp.position == asked.head)
        #expect(told == .init(head: asked.head, isReset: asked.isReset, gap: gap, replay: 0))
    }

    @Test func `who asks for nothing is told nothing`() {
        self.check(self.announcement(head: 9, replay: 0), .live, gap: nil)
        self.check(self.announcement(head: 9, replay: 5), .last(5), gap: nil)
    }

    @Test func `what it missed is lost`() {
        let start = JoinStart.after(self.samples.position(4))
        self.check(self.announcement(head: 9, replay: 5), start, gap: 5...9)
        self.check(self.announcement(head: 9, gap: 5...7, replay: 2), start, gap: 5...9)
        self.check(self.announcement(head: 9, gap: 5...9, replay: 0), start, gap: 5...9)
        self.check(self.announcement(head: 4, replay: 0), start, gap: nil)
    }

    @Test func `a log that started again is lost as a whole`() {
        let start = JoinStart.after(self.samples.position(4))
        self.check(self.announcement(head: 9, isReset: true, replay: 9), start, gap: 1...9)
        self.check(self.announcement(head: 9, isReset: true, gap: 1...3, replay: 6), start, gap: 1...9)
        self.check(self.announcement(head: 0, isReset: true, replay: 0), start, gap: nil)
    }
}
