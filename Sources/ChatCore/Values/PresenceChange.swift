/// A change of the members of a room.
public struct PresenceChange: Equatable, Sendable {
    /// The room.
    public var room: RoomName
    /// The user that changed.
    public var user: User
    /// The number of members of the room after it.
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

/// The kind of a change of members.
package enum PresenceKind: Sendable {
    case joined
    case left
    case renamed
}
