/// Many timers behind one clock tick: a wheel with one slot for each second of a minute.
///
/// A loop has one repeated task that turns the wheel, in place of a task for each connection. Timers are never moved: a
/// timer that fires too early is added again.
package struct TimerWheel<Item: Sendable>: Sendable {
    private struct Entry {
        var item: Item
        var rounds: Int
    }

    private var slots: [[Entry]] = Array(repeating: [], count: 64)
    private var position = 0

    package init() {}

    /// Adds a timer.
    ///
    /// - Parameters:
    ///   - item: The item to return.
    ///   - delay: The time until then, rounded up to the next whole second; at least one.
    package mutating func schedule(_ item: Item, after delay: Duration) {
        let (seconds, rest) = delay.components
        let ticks = max(1, Int(seconds) + (rest > 0 ? 1 : 0))
        let slot = (self.position + ticks) % self.slots.count
        self.slots[slot].append(Entry(item: item, rounds: (ticks - 1) / self.slots.count))
    }

    /// Turns the wheel by one second.
    ///
    /// - Returns: The items that are due.
    package mutating func advance() -> [Item] {
        self.position = (self.position + 1) % self.slots.count
        var due: [Item] = []
        self.slots[self.position].removeAll { entry in
            guard entry.rounds == 0 else { return false }
            due.append(entry.item)
            return true
        }
        for index in self.slots[self.position].indices { self.slots[self.position][index].rounds -= 1 }
        return due
    }
}
