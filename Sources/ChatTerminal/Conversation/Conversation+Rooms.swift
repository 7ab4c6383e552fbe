internal import ChatClient
internal import ChatCore

// The rooms that the user is in: entered, left, and talked in.
extension Conversation {
    /// Enters a room; a refusal comes as an event.
    func join(_ room: RoomName) async {
        self.rooms.add(room)
        self.formatter.showsRoom = self.rooms.names.count > 1
        await self.client.enter(room, from: self.options.history > 0 ? .last(self.options.history) : .live)
    }

    /// Whether the user may moderate the current room.
    func mayModerate() async -> Bool { await self.client.mayModerate(self.rooms.current) }

    /// Forgets a room that the user has left, or may not enter.
    func forget(_ room: RoomName) {
        let wasCurrent = room == self.rooms.current
        self.rooms.remove(room)
        self.formatter.showsRoom = self.rooms.names.count > 1
        if wasCurrent { self.redraw() }
    }

    /// Makes another room the current one.
    func talk(in room: RoomName) {
        self.rooms.enter(room)
        self.redraw()
    }
}
