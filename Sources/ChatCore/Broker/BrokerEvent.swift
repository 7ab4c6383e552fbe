package import NIOCore

/// What a broker hands to its subscribers.
package enum BrokerEvent: Sendable {
    /// Something happened in a room.
    case room(RoomName, RoomEvent)
    /// A user has another name now, on every connection.
    case renamed(User)
    /// The broker may have lost some of what it knew of the members of all rooms; it comes before the broker is
    /// regained, and whoever holds some restores them then.
    case presenceIsDoubtful
    /// The broker was lost or regained.
    case status(ServerStatus, detail: String)
}

/// What happens in a room, with the bytes that its members are sent.
package enum RoomEvent: Sendable {
    /// A message of the log.
    case publication(Publication)
    /// A message that another program published; it stands in no log.
    case foreign(ByteBuffer)
    /// A change of who is in the room.
    case presence(PresenceKind, PresenceChange, ByteBuffer)
    /// The room has counted so many changes of its members, and not all of them may have come.
    case presenceIsBehind(version: Int)
    /// The broker has lost some of what it knew of the members: whoever holds some is to restore them.
    case presenceWasLost
    /// A member types or has stopped.
    case typing(UserID, ByteBuffer)
    /// Messages that no subscriber will get.
    case gap(epoch: Epoch, from: Int, to: Int)
    /// The log was replaced by another, which has come to this head; all that it keeps follows.
    case reset(head: LogPosition)
}
