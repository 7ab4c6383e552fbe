import NIOCore
import Testing

@testable import ChatRedis

@Suite("One batch at a time waits for the replicas", .patience)
struct CommitGateTests {
    private var gate = CommitGate<String>(limit: 10)
    private let soon = NIODeadline.uptimeNanoseconds(100)
    private let later = NIODeadline.uptimeNanoseconds(200)

    /// What begins now, when the batch under way has been answered.
    private mutating func finish() -> [String] {
        guard case .begin(let commits) = self.gate.finished() else { return [] }
        return commits
    }

    @Test mutating func `what comes while a batch is under way goes with the next one, in order`() {
        #expect(self.gate.submit("a", count: 1, deadline: self.soon) == .begin)
        #expect(self.gate.submit("b", count: 1, deadline: self.soon) == .wait)
        #expect(self.gate.submit("c", count: 1, deadline: self.soon) == .wait)
        #expect(self.finish() == ["b", "c"])
        #expect(self.gate.submit("d", count: 1, deadline: self.soon) == .wait)
        #expect(self.finish() == ["d"])
        #expect(self.finish().isEmpty)
        #expect(self.gate.submit("e", count: 1, deadline: self.soon) == .begin)
    }

    @Test mutating func `no more than a bounded number of requests waits`() {
        #expect(self.gate.submit("a", count: 50, deadline: self.soon) == .begin)
        #expect(self.gate.submit("b", count: 9, deadline: self.soon) == .wait)
        #expect(self.gate.submit("c", count: 2, deadline: self.soon) == .refuse)
        #expect(self.gate.submit("d", count: 1, deadline: self.soon) == .wait)
        #expect(self.finish() == ["b", "d"])
        #expect(self.gate.submit("e", count: 10, deadline: self.soon) == .wait)
    }

    @Test mutating func `what has waited for too long is taken out, and makes room`() {
        _ = self.gate.submit("a", count: 1, deadline: self.soon)
        _ = self.gate.submit("b", count: 6, deadline: self.soon)
        _ = self.gate.submit("c", count: 4, deadline: self.later)
        #expect(self.gate.expire(self.soon) == ["b"])
        #expect(self.gate.submit("d", count: 6, deadline: self.later) == .wait)
        #expect(self.finish() == ["c", "d"])
    }

    @Test mutating func `all that waits can be taken out, and makes room`() {
        _ = self.gate.submit("a", count: 1, deadline: self.soon)
        _ = self.gate.submit("b", count: 6, deadline: self.soon)
        #expect(self.gate.takeAll() == ["b"])
        #expect(self.gate.submit("c", count: 10, deadline: self.soon) == .wait)
        #expect(self.finish() == ["c"])
    }
}
