package import ChatCore

/// Counts what of the past is still to come, for a reader that ends when there is no more: a machine without I/O.
package struct Backlog: Equatable, Sendable {
    /// How many messages are to come; nil: nobody knows yet.
    private var left: [RoomName: Int?]

    package init(_ rooms: [RoomName]) { self.left = Dictionary(rooms.map { ($0, nil) }, uniquingKeysWith: { $1 }) }

    /// A room was joined, or joined again after a reconnect, and so many messages follow.
    package mutating func joined(_ room: RoomName, replay: Int) { self.left[room] = replay }

    /// A message of the room was printed.
    package mutating func printed(_ room: RoomName) {
        guard let count = self.left[room] ?? nil, count > 0 else { return }
        self.left[room] = count - 1
    }

    /// Whether everything that there was when the rooms were joined has been printed.
    package var isDone: Bool { self.left.values.allSatisfy { $0 == 0 } }
}
