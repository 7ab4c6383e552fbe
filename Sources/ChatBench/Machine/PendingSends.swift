internal import DequeModule

/// The sends of one client that have no answer yet, by id; answers may come in another order.
package struct PendingSends: Sendable {
    /// The most sends that wait for an answer; at this number a sender stops sending.
    package static let maximum = 16_384

    /// The due time of each send, from the oldest one without an answer on; nil: it has its answer.
    private var due: Deque<Int?> = []
    private var firstID: Int
    /// The number of sends without an answer.
    private(set) var count = 0

    /// - Parameter firstID: The id of the first send.
    init(firstID: Int) { self.firstID = firstID }

    /// The id of the next send; nil while too many wait.
    var nextID: Int? { self.due.count < Self.maximum ? self.firstID + self.due.count : nil }

    /// Notes a send with the id ``nextID``.
    mutating func append(due: Int) {
        self.due.append(due)
        self.count += 1
    }

    /// Takes the send that an answer is for.
    ///
    /// - Returns: The time when it was due; nil when there was no such send, or it had its answer.
    mutating func answer(_ id: Int) -> Int? {
        let index = id - self.firstID
        guard self.due.indices.contains(index), let due = self.due[index] else { return nil }
        self.due[index] = nil
        self.count -= 1
        while case .some(nil) = self.due.first {
            self.due.removeFirst()
            self.firstID += 1
        }
        return due
    }
}
