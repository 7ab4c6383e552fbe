/// A queue of tasks with their own times, and a bound for the number under way at once.
///
/// Each task that ends lets the next one begin, so the worker sets the pace: a hundred thousand tasks that are due at
/// once take longer, but no more are under way than with a few.
package struct PacedQueue<Item, Instant: Comparable> {
    /// The most tasks under way at once.
    package let window: Int
    package private(set) var underWay = 0
    private var queue = DueQueue<Item, Instant>()

    /// Makes an empty queue.
    package init(window: Int) { self.window = window }

    /// The number of tasks that wait for their time or their turn.
    package var count: Int { self.queue.count }

    /// Adds a task.
    package mutating func schedule(_ item: Item, at time: Instant) { self.queue.schedule(item, at: time) }

    /// Begins the task that has been due for longest; ``ended()`` follows when it is done, with any result.
    ///
    /// - Parameter now: The time.
    /// - Returns: The task; nil when none is due, or the bound is reached.
    package mutating func begin(_ now: Instant) -> Item? {
        guard self.underWay < self.window, let item = self.queue.next(now) else { return nil }
        self.underWay += 1
        return item
    }

    /// A task has ended.
    package mutating func ended() { self.underWay -= 1 }
}

extension PacedQueue: Sendable where Item: Sendable, Instant: Sendable {}
