public import ChatCore

/// An event of a client for its program.
public enum ClientEvent: Equatable, Sendable {
    /// The connection changed its state.
    case connection(ConnectionState)
    /// No WebSocket can be had, for this reason: the client goes on by requests over HTTP, and by a WebSocket when it can.
    case withoutWebSocket(ConnectionFailure)
    /// A room was joined, or joined again after a reconnect; missed messages follow.
    case joined(JoinedRoom)
    /// A room could not be joined, or not again. When the error is retryable, the client tries again. Otherwise it
    /// gives the room up, and the sends that waited there have failed.
    case refused(RoomName, ProtocolError)
    /// A send was refused for now (a mute, slow mode), and goes out again and again until it is taken.
    ///
    /// It comes once for a send, where the server says that it takes some seconds.
    case held(RoomName, ProtocolError)
    /// The server did not do something that no call waits for: the name of the configuration is another user's, say.
    case objected(ProtocolError)
    /// There was no other token, or the server did not take it; the client tries again while the present one is good.
    case tokenNotRenewed(ConnectionFailure)
    /// The whole list of a room's members, because changes of it were missed.
    case members(RoomName, MemberPage)
    /// An event of the server, in order and each message once. `gap` and `reset` report missing messages; `welcome`
    /// comes as ``ConnectionState/connected(_:)`` instead.
    case received(Event)

    /// The room that the client is in no longer after this event, and why; nil for any other event.
    package var loss: (room: RoomName, error: ProtocolError)? {
        switch self {
        case .refused(let room, let error): error.isForNow ? nil : (room, error)
        case .received(.removed(let removal)):
            (removal.room, ProtocolError(removal.code, removal.message, until: removal.until, reason: removal.reason))
        case .connection, .withoutWebSocket, .joined, .held, .objected, .tokenNotRenewed, .members, .received: nil
        }
    }
}

/// The state of the connection to the server.
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
    /// Whether everything since the client's last visit follows; `gap` or `reset` report the rest.
    public var isRecovered: Bool
    /// The number of past messages that follow.
    public var replay: Int
    /// The members.
    public var members: MemberPage

    init(_ reply: JoinReply) {
        self.room = reply.room
        self.head = reply.head
        self.isRecovered = reply.recovered
        self.replay = reply.replay
        self.members = reply.members
    }
}
