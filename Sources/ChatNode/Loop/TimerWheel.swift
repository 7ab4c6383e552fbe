/// Many timers behind one clock tick: a wheel with one slot for each second of a minute.
///
/// A loop has one repeated task that turns the wheel, in place of a task for each connection. Timers are never moved: a
/// timer that fires too early is added again.
struct TimerWheel<Item: Sendable>: Sendable {
    /// A timer in its slot.
    private struct Waiting {
        var item: Item
        var rounds: Int
    }

    private var slots: [[Waiting]] = Array(repeating: [], count: 64)
    private var position = 0

    init() {}

    /// The number of timers for which there is room.
    var capacity: Int { self.slots.reduce(0) { $0 + $1.capacity } }

    /// Adds a timer.
    ///
    /// - Parameters:
    ///   - item: The item to return.
    ///   - delay: The time until then, rounded up to the next whole second; at least one.
    mutating func schedule(_ item: Item, after delay: Duration) {
        let (seconds, rest) = delay.components
        let ticks = max(1, Int(seconds) + (rest > 0 ? 1 : 0))
        let slot = (self.position + ticks) % self.slots.count
        self.slots[slot].append(Waiting(item: item, rounds: (ticks - 1) / self.slots.count))
    }

    /// Turns the wheel by one second.
    ///
    /// - Returns: The items that are due.
    mutating func advance() -> [Item] {
        self.position = (self.position + 1) % self.slots.count
        // A slot begins anew, without the room that a crowd needed in it.
        let waiting = self.slots[self.position]
        self.slots[self.position] = []
        var due: [Item] = []
        for timer in waiting {
            guard timer.rounds > 0 else {
                due.append(timer.item)
                continue
            }
            self.slots[self.position].append(Waiting(item: timer.item, rounds: timer.rounds - 1))
        }
        return due
    }
}
