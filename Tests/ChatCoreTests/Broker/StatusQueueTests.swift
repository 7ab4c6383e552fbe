import ChatCore
import Testing

/// Clients are told of changes of the broker's state one after the other.
@Suite(.patience)
struct StatusQueueTests {
    private var queue = StatusQueue()
    private let a = RoomScope(named: "a") { _ in true }
    private let b = RoomScope(named: "b") { _ in false }

    private func away(_ scope: RoomScope) -> StatusQueue.Change { .init(.degraded, detail: "away", of: scope) }
    private func back(_ scope: RoomScope) -> StatusQueue.Change { .init(.ok, detail: "back", of: scope) }

    @Test mutating func `a change is told at once when none is under way`() {
        #expect(self.queue.changed(self.away(self.a)) == .tell)
        #expect(self.queue.told() == nil)
        #expect(self.queue.changed(self.back(self.a)) == .tell)
    }

    @Test mutating func `changes that come meanwhile follow in their order`() {
        _ = self.queue.changed(self.away(self.a))
        #expect(self.queue.changed(self.away(self.b)) == .wait)
        #expect(self.queue.changed(self.back(self.a)) == .wait)
        #expect(self.queue.told() == self.away(self.b))
        #expect(self.queue.changed(self.back(self.b)) == .wait)
        #expect(self.queue.told() == self.back(self.a))
        #expect(self.queue.told() == self.back(self.b))
        #expect(self.queue.told() == nil)
    }

    @Test mutating func `of those that wait for the same rooms the last one counts`() {
        _ = self.queue.changed(self.away(self.a))
        for _ in 0..<1000 {
            #expect(self.queue.changed(self.back(self.a)) == .wait)
            #expect(self.queue.changed(self.away(self.a)) == .wait)
        }
        #expect(self.queue.changed(self.back(self.a)) == .wait)
        #expect(self.queue.told() == self.back(self.a))
        #expect(self.queue.told() == nil)
    }
}
