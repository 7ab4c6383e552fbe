extension Event {
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
