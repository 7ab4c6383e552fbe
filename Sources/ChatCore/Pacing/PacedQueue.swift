/// Work on many things that are due at times of their own, so much of it at once and no more.
///
/// What comes back lets the next begin, so the pace is that of whoever does the work: a hundred thousand things that are
/// due at once take longer, and take no more room on the way than a few.
package struct PacedQueue<Item, Instant: Comparable> {
    /// The most that is under way at once.
    package let window: Int
    package private(set) var underWay = 0
    private var queue = DueQueue<Item, Instant>()

    /// Makes an empty queue.
    package init(window: Int) { self.window = window }

    /// How much waits for its time or its turn.
    package var count: Int { self.queue.count }

    /// Adds something to do.
    package mutating func schedule(_ item: Item, at time: Instant) { self.queue.schedule(item, at: time) }

    /// Begins with what has been due for longest; ``ended()`` follows when it is done, whatever came of it.
    ///
    /// - Parameter now: The time.
    /// - Returns: What to do; nil when nothing is due, or as much is under way as may be.
    package mutating func begin(_ now: Instant) -> Item? {
        guard self.underWay < self.window, let item = self.queue.next(now) else { return nil }
        self.underWay += 1
        return item
    }

    /// Something that was begun is done.
    package mutating func ended() { self.underWay -= 1 }
}

extension PacedQueue: Sendable where Item: Sendable, Instant: Sendable {}
