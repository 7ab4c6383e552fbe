internal import HeapModule

/// What is to be done, each at a time of its own: the earliest comes first, and to ask for it costs no walk over the rest.
///
/// An entry cannot be taken out again: whoever gets one that is not wanted any more drops it, and one that came too early
/// is scheduled anew.
package struct DueQueue<Item, Instant: Comparable> {
    fileprivate struct Entry: Comparable {
        var time: Instant
        /// Keeps those apart that are due at the same time, in the order in which they were scheduled.
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
    /// When the earliest entry is due; nil when there is none.
    package var firstTime: Instant? { self.heap.min?.time }

    /// Adds something to do.
    package mutating func schedule(_ item: Item, at time: Instant) {
        self.serial += 1
        self.heap.insert(Entry(time: time, serial: self.serial, item: item))
    }

    /// Takes out what has been due for longest.
    ///
    /// - Parameter now: The time.
    /// - Returns: What to do; nil while nothing is due.
    package mutating func next(_ now: Instant) -> Item? {
        guard let first = self.heap.min, first.time <= now else { return nil }
        return self.heap.removeMin().item
    }

    /// Forgets everything.
    package mutating func removeAll() { self.heap = Heap() }
}

extension DueQueue.Entry: Sendable where Item: Sendable, Instant: Sendable {}
extension DueQueue: Sendable where Item: Sendable, Instant: Sendable {}
