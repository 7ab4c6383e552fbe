/// The first event for a client.
public struct Welcome: Equatable, Sendable {
    /// The client's user.
    public var user: User
    /// The secret that brings it back as the same user.
    public var session: SessionSecret
    /// Whether its session was known.
    public var resumed: Bool
    /// The node it is connected to.
    public var node: String
    /// The server's software and version.
    public var server: String
    /// The limits that the client should respect.
    public var limits: Limits
    /// The interval of the server's pings, in seconds.
    public var pingSeconds: Int
    /// The seconds for which the client's token is still good; nil where the server needs none.
    public var tokenSeconds: Int?

    /// The limits in a welcome.
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
        /// The seconds for which a key of a `send` is remembered; nil: the server does not say (a day, if it is an old
        /// one).
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
        pingSeconds: Int,
        tokenSeconds: Int? = nil
    ) {
        self.user = user
        self.session = session
        self.resumed = resumed
        self.node = node
        self.server = server
        self.limits = limits
        self.pingSeconds = pingSeconds
        self.tokenSeconds = tokenSeconds
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

extension Welcome {
    init(_ json: JSONValue) throws(JSONError) {
        guard let session = SessionSecret(try json.required("session", \.string)) else {
            throw JSONError(detail: "session is no secret")
        }
        guard let limits = json["limits"] else { throw JSONError(detail: "limits is missing") }
        self.init(
            user: try json.user("user"),
            session: session,
            resumed: try json.required("resumed", \.bool),
            node: json["node"]?.shown ?? "",
            server: json["server"]?.shown ?? "",
            limits: Limits(
                textBytes: try limits.required("text_bytes", \.count),
                nameCharacters: try limits.required("name_chars", \.count),
                roomCharacters: try limits.required("room_chars", \.count),
                history: try limits.required("history", \.count),
                rooms: try limits.required("rooms", \.count),
                members: try limits.required("members", \.count),
                keySeconds: limits["key_seconds"]?.count
            ),
            pingSeconds: try json.required("ping_seconds", \.count),
            tokenSeconds: json["token_seconds"]?.count
        )
    }

    func write(id: Int?, to json: inout JSONWriter) {
        if let id { json.field("id", id) }
        json.user("user", self.user)
        json.field("session", self.session.rawValue)
        json.field("resumed", self.resumed)
        json.field("node", self.node)
        json.field("server", self.server)
        json.object("limits") {
            $0.field("text_bytes", self.limits.textBytes)
            $0.field("name_chars", self.limits.nameCharacters)
            $0.field("room_chars", self.limits.roomCharacters)
            $0.field("history", self.limits.history)
            $0.field("rooms", self.limits.rooms)
            $0.field("members", self.limits.members)
            if let seconds = self.limits.keySeconds { $0.field("key_seconds", seconds) }
        }
        json.field("ping_seconds", self.pingSeconds)
        if let tokenSeconds { json.field("token_seconds", tokenSeconds) }
    }
}
