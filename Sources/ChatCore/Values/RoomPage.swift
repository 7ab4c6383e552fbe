/// Some rooms, by name.
package struct RoomPage: Sendable, Equatable {
    package var rooms: [RoomSummary]
    /// The name after which the next page goes on; nil when there is none.
    package var cursor: RoomName?

    package init(rooms: [RoomSummary], cursor: RoomName?) {
        self.rooms = rooms
        self.cursor = cursor
    }
}

/// A room as a list shows it.
package struct RoomSummary: Sendable, Equatable {
    package var room: RoomName
    package var memberCount: Int
    package var seq: Int
    /// The time when the last message was stored, in milliseconds since the Unix epoch; nil when none was.
    package var lastTime: Int?

    package init(room: RoomName, memberCount: Int, seq: Int, lastTime: Int?) {
        self.room = room
        self.memberCount = memberCount
        self.seq = seq
        self.lastTime = lastTime
    }
}
