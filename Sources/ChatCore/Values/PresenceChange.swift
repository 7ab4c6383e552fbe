/// A change of who is in a room.
public struct PresenceChange: Equatable, Sendable {
    /// The room.
    public var room: RoomName
    /// Who it is about.
    public var user: User
    /// How many members the room has after it.
    public var memberCount: Int
    /// Counts the changes of the room's members, by one each.
    public var version: Int

    /// Puts a change together.
    public init(room: RoomName, user: User, memberCount: Int, version: Int) {
        self.room = room
        self.user = user
        self.memberCount = memberCount
        self.version = version
    }
}

/// What a change of who is in a room is.
package enum PresenceKind: Sendable {
    case joined
    case left
    case renamed
}
