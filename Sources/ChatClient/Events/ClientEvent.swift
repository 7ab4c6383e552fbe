public import ChatCore

/// What a client tells the program that uses it.
public enum ClientEvent: Equatable, Sendable {
    /// The connection changed its state.
    case connection(ConnectionState)
    /// A room was joined, or joined again after a reconnect; what the client missed follows.
    case joined(JoinedRoom)
    /// A room could not be joined, or not again. When the error is retryable the client goes on trying. Otherwise it
    /// gives the room up, and the sends that waited there have failed.
    case refused(RoomName, ProtocolError)
    /// The whole list of a room's members, because changes of it were missed.
    case members(RoomName, MemberPage)
    /// Something the server told, in order and each message once. `gap` and `reset` say what is missing; `welcome` does
    /// not come here but as ``ConnectionState/connected(_:)``.
    case received(Event)
}

/// How the connection to the server stands.
public enum ConnectionState: Equatable, Sendable {
    /// The client connects.
    case connecting
    /// The server welcomed the client; rooms are joined again, and sends go out again.
    case connected(Welcome)
    /// There is no connection; the client comes back after the wait.
    case waiting(Duration, ConnectionFailure)
}

/// A room as it is when a client joins it.
public struct JoinedRoom: Equatable, Sendable {
    /// The room.
    public var room: RoomName
    /// The head of the room's log at that moment.
    public var head: LogPosition
    /// Whether everything since the client was here last follows; `gap` or `reset` say what does not.
    public var isRecovered: Bool
    /// How many messages of the past follow.
    public var replay: Int
    /// Who is there.
    public var members: MemberPage

    init(_ reply: JoinReply) {
        self.room = reply.room
        self.head = reply.head
        self.isRecovered = reply.recovered
        self.replay = reply.replay
        self.members = reply.members
    }
}
