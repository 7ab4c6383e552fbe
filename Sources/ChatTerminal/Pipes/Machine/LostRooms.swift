package import ChatClient
package import ChatCore
package import ChatSystem
internal import ChatWords

/// Decides whether a command without a terminal goes on when its client loses a room: a machine without I/O.
package struct LostRooms: Equatable, Sendable {
    /// The rooms that are not lost.
    private var left: Set<RoomName>
    private var joined: Set<RoomName> = []
    private let needed: RoomName?

    /// - Parameters:
    ///   - rooms: The rooms of the command.
    ///   - needed: The room without which nothing is left to do; by default any of them will do.
    package init(_ rooms: [RoomName], needed: RoomName? = nil) {
        self.left = Set(rooms)
        self.needed = needed
    }

    /// An event came, and people were told.
    ///
    /// - Returns: The status with which the command ends; nil: it goes on.
    package mutating func end(after event: ClientEvent) -> ExitStatus? {
        if case .joined(let room) = event { self.joined.insert(room.room) }
        guard let loss = event.loss, self.left.remove(loss.room) != nil else { return nil }
        // A room that was never joined is a mistake in the command; one that is lost later leaves the others.
        let isOver = self.left.isEmpty || loss.room == self.needed || !self.joined.contains(loss.room)
        return isOver ? ExitStatus(loss.error.code) : nil
    }
}
