import Testing

@testable import ChatCore

@Suite("What is due", .patience)
struct DueQueueTests {
    private var queue = DueQueue<String, Int>()

    @Test mutating func `nothing is due before its time`() {
        #expect(self.queue.next(100) == nil)
        self.queue.schedule("a", at: 10)
        #expect(self.queue.next(9) == nil)
        #expect(self.queue.next(10) == "a")
        #expect(self.queue.next(100) == nil && self.queue.isEmpty)
    }

    @Test mutating func `the earliest comes first, and of the same time the first that was scheduled`() {
        for (name, time) in [("c", 3), ("a", 1), ("d", 3), ("b", 2), ("e", 3)] { self.queue.schedule(name, at: time) }
        #expect(self.queue.count == 5)
        var order = ""
        while let next = self.queue.next(3) { order += next }
        #expect(order == "abcde")
    }

    @Test mutating func `what is scheduled again and again starves nobody`() {
        for index in 0..<1000 { self.queue.schedule("\(index)", at: index) }
        var turns: [String: Int] = [:]
        // Each is due every 1000 ticks, and one has its turn in each tick.
        for tick in 0..<5000 {
            guard let next = self.queue.next(tick) else { continue }
            turns[next, default: 0] += 1
            self.queue.schedule(next, at: tick + 1000)
        }
        #expect(turns.count == 1000 && turns.values.allSatisfy { $0 == 5 })
    }
}

@Suite("Work at a pace, each thing once", .patience)
struct PacedSetTests {
    private var set = PacedSet<Int, Int>(window: 32)

    @Test mutating func `ten thousand that are wanted again and again are done once, so many at once`() {
        for _ in 0..<5 { for item in 0..<10_000 { self.set.schedule(item, at: 0) } }
        #expect(self.set.count == 10_000)
        var (done, turns, most) = (Set<Int>(), 0, 0)
        while let item = self.set.begin(0) {
            done.insert(item)
            turns += 1
            most = max(most, self.set.underWay)
            if self.set.underWay == 32 { self.set.ended() }
        }
        #expect(done.count == 10_000 && turns == 10_000 && most == 32)
    }

    @Test mutating func `what is wanted once more while it is under way is done once more`() {
        self.set.schedule(1, at: 0)
        #expect(self.set.begin(0) == 1)
        self.set.schedule(1, at: 5)
        self.set.ended()
        #expect(self.set.begin(4) == nil)
        #expect(self.set.begin(5) == 1)
        #expect(self.set.begin(9) == nil && self.set.count == 0)
    }
}

@Suite("Work at a pace", .patience)
struct PacedQueueTests {
    private var queue = PacedQueue<Int, Int>(window: 3)

    @Test mutating func `so much is under way at once and no more, and what ends lets the next begin`() {
        for item in 0..<5 { self.queue.schedule(item, at: 0) }
        #expect((0..<4).map { _ in self.queue.begin(0) } == [0, 1, 2, nil])
        self.queue.ended()
        #expect(self.queue.begin(0) == 3)
        #expect(self.queue.begin(0) == nil)
        for _ in 0..<3 { self.queue.ended() }
        #expect(self.queue.begin(0) == 4)
        #expect(self.queue.underWay == 1 && self.queue.count == 0)
    }

    @Test mutating func `room on the way is not given to what is not due`() {
        self.queue.schedule(1, at: 5)
        #expect(self.queue.begin(4) == nil)
        #expect(self.queue.underWay == 0)
        #expect(self.queue.begin(5) == 1)
    }
}
