package import NIOCore

/// An event from a broker to its subscribers.
package enum BrokerEvent: Sendable {
    /// Something happened in a room.
    case room(RoomName, RoomEvent)
    /// A user has another name now, on every connection.
    case renamed(User)
    /// A moderator's ruling holds, or holds no more.
    case rulings(RulingNews)
    /// The broker may have lost records of the members of these rooms. It comes before the broker is regained for them,
    /// and every holder restores its members then.
    case presenceIsDoubtful(of: RoomScope)
    /// The broker was lost or regained for these rooms.
    case status(ServerStatus, detail: String, of: RoomScope = .all)
}

/// An event of a room, with the bytes for its members.
package enum RoomEvent: Sendable {
    /// A message of the log.
    case publication(Publication)
    /// A message that another program published; it is in no log.
    case foreign(ByteBuffer)
    /// A change of who is in the room.
    case presence(PresenceKind, PresenceChange, ByteBuffer)
    /// The room has counted this many changes of its members, and some of them may not have come.
    case presenceIsBehind(version: Int)
    /// The broker has lost records of the members: every holder must restore its own.
    case presenceWasLost
    /// A member is typing or has stopped.
    case typing(UserID, ByteBuffer)
    /// Messages that no subscriber will get.
    case gap(epoch: Epoch, from: Int, to: Int)
    /// The log was replaced by another one with this head; everything that it keeps follows.
    case reset(head: LogPosition)
}
