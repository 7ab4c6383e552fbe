/// A ``PacedQueue`` without duplicates: a task that is added again while it waits is done once.
///
/// A task that is added again while it is under way is done once more.
package struct PacedSet<Item: Hashable, Instant: Comparable> {
    private var queue: PacedQueue<Item, Instant>
    private var waiting: Set<Item> = []

    /// Makes an empty set.
    ///
    /// - Parameter window: The most tasks under way at once.
    package init(window: Int) { self.queue = PacedQueue(window: window) }

    /// The number of tasks that wait for their time or their turn.
    package var count: Int { self.waiting.count }

    /// The number of tasks under way.
    package var underWay: Int { self.queue.underWay }

    /// Adds a task, unless it waits already.
    package mutating func schedule(_ item: Item, at time: Instant) {
        if self.waiting.insert(item).inserted { self.queue.schedule(item, at: time) }
    }

    /// Begins the task that has been due for longest; ``ended()`` follows when it is done, with any result.
    ///
    /// - Parameter now: The time.
    /// - Returns: The task; nil when none is due, or the bound is reached.
    package mutating func begin(_ now: Instant) -> Item? {
        guard let item = self.queue.begin(now) else { return nil }
        self.waiting.remove(item)
        return item
    }

    /// A task has ended.
    package mutating func ended() { self.queue.ended() }
}

extension PacedSet: Sendable where Item: Sendable, Instant: Sendable {}
