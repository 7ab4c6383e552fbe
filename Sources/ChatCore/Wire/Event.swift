/// What a server tells a client without having been asked (docs/PROTOCOL.md, section 3).
public enum Event: Equatable, Sendable {
    /// Who the client is here.
    case welcome(Welcome)
    /// A message of a room.
    case message(Message)
    /// A user came into a room.
    case joined(PresenceChange)
    /// A user left a room.
    case left(PresenceChange)
    /// A member of a room has another name now.
    case renamed(PresenceChange, oldName: UserName)
    /// How many members a large room has now.
    case presence(room: RoomName, memberCount: Int, version: Int)
    /// A member began or stopped to type.
    case typing(room: RoomName, user: User, active: Bool)
    /// Messages that this client will never get.
    case gap(room: RoomName, epoch: Epoch, from: Int, to: Int)
    /// The room's log began anew.
    case reset(room: RoomName, head: LogPosition)
    /// The server lost or regained its broker.
    case status(ServerStatus, detail: String)
    /// The connection is about to be closed by the server.
    case closing(Disconnect, reconnectMilliseconds: Int)
}

/// A message as members of its room get it.
public struct Message: Equatable, Sendable {
    /// The room it was sent to.
    public var room: RoomName
    /// Its place in the room's log; nil for what another program published.
    public var position: LogPosition?
    /// When the server took it, in milliseconds since the Unix epoch.
    public var time: Int
    /// Who sent it.
    public var sender: User
    /// What it says.
    public var text: String
    /// Whether it says or does something.
    public var kind: MessageKind
    /// The key that its sender gave it.
    public var key: IdempotencyKey?

    /// Puts a message together.
    public init(
        room: RoomName,
        position: LogPosition?,
        time: Int,
        sender: User,
        text: String,
        kind: MessageKind,
        key: IdempotencyKey?
    ) {
        self.room = room
        self.position = position
        self.time = time
        self.sender = sender
        self.text = text
        self.kind = kind
        self.key = key
    }
}

/// What a client is told first.
public struct Welcome: Equatable, Sendable {
    /// Who the client is here.
    public var user: User
    /// What brings it back as the same user.
    public var session: SessionSecret
    /// Whether the session it showed was known.
    public var resumed: Bool
    /// The node it is connected to.
    public var node: String
    /// The server's software and version.
    public var server: String
    /// What the client should keep to.
    public var limits: Limits
    /// How often the server pings, in seconds.
    public var pingSeconds: Int

    /// The limits that a client is told.
    public struct Limits: Equatable, Sendable {
        /// The most bytes of a text.
        public var textBytes: Int
        /// The most characters of a name.
        public var nameCharacters: Int
        /// The most Unicode scalars of a room's name.
        public var roomCharacters: Int
        /// The most messages in a replay or a page of history.
        public var history: Int
        /// The most rooms of a connection.
        public var rooms: Int
        /// The most members in a list.
        public var members: Int
        /// How many seconds a key of a `send` is remembered; nil: the server does not say (a day, if it is an old one).
        public var keySeconds: Int?

        /// Puts limits together.
        public init(
            textBytes: Int,
            nameCharacters: Int,
            roomCharacters: Int,
            history: Int,
            rooms: Int,
            members: Int,
            keySeconds: Int? = nil
        ) {
            self.textBytes = textBytes
            self.nameCharacters = nameCharacters
            self.roomCharacters = roomCharacters
            self.history = history
            self.rooms = rooms
            self.members = members
            self.keySeconds = keySeconds
        }
    }

    /// Puts a welcome together.
    public init(
        user: User,
        session: SessionSecret,
        resumed: Bool,
        node: String,
        server: String,
        limits: Limits,
        pingSeconds: Int
    ) {
        self.user = user
        self.session = session
        self.resumed = resumed
        self.node = node
        self.server = server
        self.limits = limits
        self.pingSeconds = pingSeconds
    }
}

extension Welcome.Limits {
    /// The part of the server's limits that clients are told.
    package init(_ limits: Limits) {
        self.init(
            textBytes: limits.textBytes,
            nameCharacters: UserName.maximumCharacters,
            roomCharacters: RoomName.maximumScalars,
            history: limits.history,
            rooms: limits.rooms,
            members: limits.members,
            keySeconds: Int(limits.log.deduplication.inSeconds)
        )
    }
}
