package import NIOCore

extension Event {
    /// The event as one JSON object, as it is sent.
    ///
    /// - Parameter id: The id of the `hello` that a `welcome` answers.
    /// - Returns: The bytes of one message.
    package func encoded(id: Int? = nil) -> ByteBuffer {
        var json = JSONWriter()
        switch self {
        case .welcome(let welcome):
            json.field("type", "welcome")
            if let id { json.field("id", id) }
            welcome.write(to: &json)
        case .message(let message):
            return PublicationCodec.encode(message)
        case .joined(let change):
            change.write("joined", to: &json)
        case .left(let change):
            change.write("left", to: &json)
        case .renamed(let change, let oldName):
            change.write("renamed", to: &json)
            json.field("old_name", oldName.rawValue)
        case .presence(let room, let memberCount, let version):
            json.begin("presence", room)
            json.field("member_count", memberCount)
            json.field("presence_version", version)
        case .typing(let room, let user, let active):
            json.begin("typing", room)
            json.user("user", user)
            json.field("active", active)
        case .gap(let room, let epoch, let from, let to):
            json.begin("gap", room)
            json.field("epoch", epoch.rawValue)
            json.field("from", from)
            json.field("to", to)
        case .reset(let room, let head):
            json.begin("reset", room)
            json.position(head)
        case .status(let state, let detail):
            json.field("type", "status")
            json.field("state", state.rawValue)
            json.field("detail", detail)
        case .closing(let disconnect, let reconnectMilliseconds):
            json.field("type", "closing")
            json.field("code", Int(disconnect.code))
            json.field("reason", disconnect.reason)
            json.field("reconnect_ms", reconnectMilliseconds)
        }
        return json.finish()
    }
}

extension JSONWriter {
    fileprivate mutating func begin(_ type: String, _ room: RoomName) {
        self.field("type", type)
        self.field("room", room.rawValue)
    }

    package mutating func user(_ name: StaticString, _ user: User) {
        self.object(name) { $0.fields(of: user) }
    }

    package mutating func fields(of user: User) {
        self.field("id", user.id.rawValue)
        self.field("name", user.name.rawValue)
    }

    package mutating func position(_ position: LogPosition) {
        self.field("epoch", position.epoch.rawValue)
        self.field("seq", position.seq)
    }
}

extension PresenceChange {
    fileprivate func write(_ type: String, to json: inout JSONWriter) {
        json.begin(type, self.room)
        json.user("user", self.user)
        json.field("member_count", self.memberCount)
        json.field("presence_version", self.version)
    }
}

extension Welcome {
    fileprivate func write(to json: inout JSONWriter) {
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
    }
}
