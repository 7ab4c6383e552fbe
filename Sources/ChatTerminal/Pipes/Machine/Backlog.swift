package import ChatCore

/// Counts the past messages that are still to come, for a reader that ends after them: a machine without I/O.
package struct Backlog: Equatable, Sendable {
    /// The number of messages that are still to come; nil until it is known.
    private var left: [RoomName: Int?]

    package init(_ rooms: [RoomName]) { self.left = Dictionary(rooms.map { ($0, nil) }, uniquingKeysWith: { $1 }) }

    /// A room was joined, or joined again after a reconnect, and this many messages follow.
    package mutating func joined(_ room: RoomName, replay: Int) { self.left[room] = replay }

    /// A message of the room was printed.
    package mutating func printed(_ room: RoomName) {
        guard let count = self.left[room] ?? nil, count > 0 else { return }
        self.left[room] = count - 1
    }

    /// Whether all messages that were there when the rooms were joined have been printed.
    package var isDone: Bool { self.left.values.allSatisfy { $0 == 0 } }
}
