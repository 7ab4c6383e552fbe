/// A ``PacedQueue`` in which nothing stands twice: what is wanted once more while it waits is done once.
///
/// What is wanted once more while it is under way is done once more.
package struct PacedSet<Item: Hashable, Instant: Comparable> {
    private var queue: PacedQueue<Item, Instant>
    private var waiting: Set<Item> = []

    /// Makes an empty set.
    ///
    /// - Parameter window: The most that is under way at once.
    package init(window: Int) { self.queue = PacedQueue(window: window) }

    /// How much waits for its time or its turn.
    package var count: Int { self.waiting.count }

    /// How much is under way.
    package var underWay: Int { self.queue.underWay }

    /// Adds something to do, unless it waits already.
    package mutating func schedule(_ item: Item, at time: Instant) {
        if self.waiting.insert(item).inserted { self.queue.schedule(item, at: time) }
    }

    /// Begins with what has been due for longest; ``ended()`` follows when it is done, whatever came of it.
    ///
    /// - Parameter now: The time.
    /// - Returns: What to do; nil when nothing is due, or as much is under way as may be.
    package mutating func begin(_ now: Instant) -> Item? {
        guard let item = self.queue.begin(now) else { return nil }
        self.waiting.remove(item)
        return item
    }

    /// Something that was begun is done.
    package mutating func ended() { self.queue.ended() }
}

extension PacedSet: Sendable where Item: Sendable, Instant: Sendable {}
