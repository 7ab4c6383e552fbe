internal import HeapModule

/// A queue of tasks, each with its own time: the earliest comes first, without a walk over the rest.
///
/// An entry cannot be removed: the caller drops one that is not needed any more, and schedules one that came too early
/// again.
package struct DueQueue<Item, Instant: Comparable> {
    fileprivate struct Entry: Comparable {
        var time: Instant
        /// Orders entries that are due at the same time by the order in which they were scheduled.
        var serial: UInt64
        var item: Item

        static func < (left: Entry, right: Entry) -> Bool {
            left.time == right.time ? left.serial < right.serial : left.time < right.time
        }

        static func == (left: Entry, right: Entry) -> Bool { left.serial == right.serial }
    }

    private var heap = Heap<Entry>()
    private var serial: UInt64 = 0

    package init() {}

    package var count: Int { self.heap.count }
    package var isEmpty: Bool { self.heap.isEmpty }
    /// The time at which the earliest entry is due; nil when there is none.
    package var firstTime: Instant? { self.heap.min?.time }

    /// Adds a task.
    package mutating func schedule(_ item: Item, at time: Instant) {
        self.serial += 1
        self.heap.insert(Entry(time: time, serial: self.serial, item: item))
    }

    /// Takes out the task that has been due for longest.
    ///
    /// - Parameter now: The time.
    /// - Returns: The task; nil while none is due.
    package mutating func next(_ now: Instant) -> Item? {
        guard let first = self.heap.min, first.time <= now else { return nil }
        return self.heap.removeMin().item
    }

    /// Removes everything.
    package mutating func removeAll() { self.heap = Heap() }
}

extension DueQueue.Entry: Sendable where Item: Sendable, Instant: Sendable {}
extension DueQueue: Sendable where Item: Sendable, Instant: Sendable {}
