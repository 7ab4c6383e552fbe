// Events about members: `joined`, `left`, `renamed`, `presence` and `typing`.

extension PresenceChange {
    /// Reads the common fields of `joined`, `left` and `renamed`.
    init(_ json: JSONValue) throws(JSONError) {
        self.init(
            room: try json.room(),
            user: try json.user("user"),
            memberCount: json["member_count"]?.count ?? 0,
            version: try json.required("presence_version", \.count)
        )
    }

    func write(to json: inout JSONWriter) {
        json.field("room", self.room.rawValue)
        json.user("user", self.user)
        json.field("member_count", self.memberCount)
        json.field("presence_version", self.version)
    }

    func write(oldName: UserName, to json: inout JSONWriter) {
        self.write(to: &json)
        json.field("old_name", oldName.rawValue)
    }
}

extension Event {
    static func renamed(_ json: JSONValue) throws(JSONError) -> Event {
        .renamed(try PresenceChange(json), oldName: try json.userName("old_name"))
    }

    static func presence(_ json: JSONValue) throws(JSONError) -> Event {
        .presence(
            room: try json.room(),
            memberCount: try json.required("member_count", \.count),
            version: try json.required("presence_version", \.count)
        )
    }

    static func writePresence(_ room: RoomName, _ memberCount: Int, _ version: Int, to json: inout JSONWriter) {
        json.field("room", room.rawValue)
        json.field("member_count", memberCount)
        json.field("presence_version", version)
    }

    static func typing(_ json: JSONValue) throws(JSONError) -> Event {
        .typing(
            room: try json.room(),
            user: try json.user("user"),
            active: try json.required("active", \.bool)
        )
    }

    static func writeTyping(_ room: RoomName, _ user: User, _ active: Bool, to json: inout JSONWriter) {
        json.field("room", room.rawValue)
        json.user("user", user)
        json.field("active", active)
    }
}
